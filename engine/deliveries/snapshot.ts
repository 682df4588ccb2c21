import type { Snapshot } from "../define/integration.ts";
import { RetryableError } from "../errors/retryable-error.ts";
import type { Documents } from "../ports.ts";
import type { Announcement } from "../sync/announce.ts";
import { DOCUMENT, type DocumentItem } from "../sync/entity.ts";
import type { Watermark } from "./watermark.ts";

/**
 * What an announcement is to bring: the document that it carries, or what the store has, which is that version or a
 * newer one. Throws a RetryableError where the store shows an older one.
 */
export async function snapshotOf(
  documents: Documents,
  { key, entity, id, version, removed, data, wake, again }: Announcement,
  { known, remoteId, version: delivered }: Watermark,
): Promise<Snapshot> {
  const beside = {
    key,
    entity,
    id,
    known,
    ...(remoteId === undefined ? {} : { remoteId }),
    ...(again === undefined ? {} : { again: again.run }),
  };
  if (!wake && (removed || data !== undefined)) return { ...beside, version, data };
  const stored = await documents.read<DocumentItem>("unified", key, DOCUMENT);
  // A store whose reads lag behind its writes: what it shows is not to be sent, let alone marked.
  if (!stored || stored.item.version < Math.max(version, delivered)) {
    const shown = stored ? `version ${stored.item.version}` : "no document";
    throw new RetryableError(`version ${version} of ${key} was announced, but the store shows ${shown}`);
  }
  return { ...beside, version: stored.item.version, data: stored.item.data };
}

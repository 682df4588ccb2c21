import { sha256 } from "../blob-reference.ts";
import { ContendedError } from "../errors/contended-error.ts";
import type { Ports } from "../ports.ts";
import { readAll } from "../read-pages.ts";
import { DOCUMENT } from "../sync/entity.ts";
import { withoutSystemFields } from "../system-fields.ts";

/** Most names that are looked at in one step. */
const MAX_LISTED = 500;
const MAX_CONFLICTS = 20;

/** Where the large records of an entity lie. */
export function auditBlobs(key: string): string {
  return `audit/${sha256(key)}/`;
}

/**
 * Deletes the blobs below an entity's name that no stub names: what an erased record was before, and what attempts left
 * that failed. An attempt under way has put its blob and not yet written its stub; so after the names were listed, the
 * document is written anew as it is: every attempt that began before finds its etag changed, and begins again under
 * another name. Returns how many went. Throws a ContendedError where the document keeps changing.
 */
export async function tidyBlobs(
  { documents, blobs }: Pick<Ports, "documents" | "blobs">,
  key: string,
): Promise<number> {
  let deleted = 0;
  let listed: string[] = [];
  const tidy = async (): Promise<void> => {
    const unnamed = await notNamed(documents, key, listed);
    listed = [];
    if (unnamed.length === 0) return;
    await touch(documents, key);
    for (const name of await notNamed(documents, key, unnamed)) {
      await blobs.delete(name);
      deleted += 1;
    }
  };
  for await (const name of blobs.list(auditBlobs(key))) {
    listed.push(name);
    if (listed.length === MAX_LISTED) await tidy();
  }
  await tidy();
  return deleted;
}

/** Gives the document another etag, and leaves it as it is. */
async function touch(documents: Ports["documents"], key: string): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const stored = await documents.read("unified", key, DOCUMENT);
    if (!stored) return;
    const write = { op: "replace", item: withoutSystemFields(stored.item), etag: stored.etag } as const;
    if ((await documents.write("unified", key, [write])).written) return;
  }
  throw new ContendedError(key, MAX_CONFLICTS);
}

async function notNamed(
  documents: Ports["documents"],
  key: string,
  names: readonly string[],
): Promise<readonly string[]> {
  if (names.length === 0) return [];
  const named = new Set<string>();
  const query = {
    text: "SELECT VALUE c.blob.name FROM c WHERE c.kind = 'audit' AND ARRAY_CONTAINS(@names, c.blob.name)",
    parameters: { names },
    partition: key,
    limit: MAX_LISTED,
  };
  for await (const name of readAll<string>(documents, "unified", query)) named.add(name);
  return names.filter((name) => !named.has(name));
}

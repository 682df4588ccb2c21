import { z } from "zod";
import { auditId, type StoredRecord } from "../audit/record.ts";
import { fetchReferred } from "../blob-reference.ts";
import type { CloudEvent } from "../define/event.ts";
import { BlobLostError } from "../errors/blob-lost-error.ts";
import type { OutgoingMessage, Ports } from "../ports.ts";
import { announcementOf } from "./announce.ts";
import { type Claim, claim } from "./claim.ts";
import { parseEvent } from "./envelope.ts";
import { type Issue, issuesOf, tryToMake } from "./quarantine.ts";

/** What came of a message of the queue `events`. */
export type Opened =
  /** An event, whole. Once it was processed, the blob that it came by is no longer needed: delete it. */
  | { readonly event: CloudEvent; readonly claim?: Claim }
  /** An event that was processed before, its blob deleted since; what it changed is to be announced again. */
  | { readonly known: readonly OutgoingMessage[] }
  /** None that can be processed. */
  | { readonly issues: readonly Issue[] };

/**
 * Opens a message of the queue `events`: fetches the data of an event that travelled without. Rejects while blobs or
 * documents cannot be read.
 */
export async function openEvent(
  message: unknown,
  { blobs, documents }: Pick<Ports, "blobs" | "documents">,
): Promise<Opened> {
  const claiming = claimingMessage.safeParse(message);
  if (!claiming.success) return opened(message);
  const envelope = parseEvent({ ...claiming.data, data: {} });
  if (!envelope.success) return { issues: issuesOf(envelope.error) };
  const { subject: key, id } = envelope.data;
  try {
    const bytes = await fetchReferred(blobs, claiming.data.claim);
    const data = tryToMake((): unknown => JSON.parse(bytes.toString()));
    return "issues" in data ? data : opened({ ...envelope.data, data: data.value }, claiming.data.claim);
  } catch (error) {
    if (!(error instanceof BlobLostError)) throw error;
    const record = await documents.read<StoredRecord>("unified", key, auditId(id));
    const announcement = record && announcementOf(record.item, undefined);
    if (record) return { known: announcement ? [announcement] : [] };
    if (await documents.read("unified", key, `parked|${id}`)) return { known: [] };
    const message = `the data of the event ${id} is lost: ${error.message}; have its source send it again`;
    return { issues: [{ path: "claim", message }] };
  }
}

const claimingMessage = z.looseObject({ claim });

function opened(message: unknown, claim?: Claim): Opened {
  const parsed = parseEvent(message);
  if (!parsed.success) return { issues: issuesOf(parsed.error) };
  return { event: parsed.data, ...(claim ? { claim } : {}) };
}

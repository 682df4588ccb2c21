import { fetchReferred, referenceTo, sha256 } from "../blob-reference.ts";
import type { Blobs } from "../ports.ts";
import type { AuditRecord, RecordStub, StoredRecord } from "./record.ts";

/**
 * Over so many bytes of JSON a record lies in a blob, and the store has its stub: Cosmos DB takes 2 MB an item, and
 * 2 MB for a document with its records.
 */
const MAX_IN_STORE = 256 * 1024;

/** A record made ready for the store: as it is, or its stub, whose blob must be there before the stub is. */
export type Shelved =
  | { readonly item: AuditRecord; readonly bytes: number }
  | { readonly item: RecordStub; readonly bytes: number; readonly whole: Uint8Array };

/**
 * Shelves a sealed record; `bytes` is what its item takes. The blob's name ends with the record's hash: two attempts
 * to record the same event differ in salt and time, and what one of them left must not stand under the other's stub.
 */
export function shelve(record: AuditRecord): Shelved {
  const json = JSON.stringify(record);
  const bytes = Buffer.byteLength(json);
  if (bytes <= MAX_IN_STORE) return { item: record, bytes };
  const whole = Buffer.from(json);
  const name = `audit/${sha256(record.key)}/${sha256(record.event.id)}/${record.hash}`;
  const item: RecordStub = { ...stubOf(record), blob: referenceTo(name, whole) };
  return { item, bytes: Buffer.byteLength(JSON.stringify(item)), whole };
}

/** What stays in the store of a record whose whole is a blob, beside the reference to it. */
export function stubOf(record: AuditRecord): Omit<RecordStub, "blob"> {
  const { event, changes, refused, personal: _personal, ...rest } = record;
  const { data: _data, ...envelope } = event;
  return {
    ...rest,
    event: envelope,
    changes: changes.map(({ path, subSchema }) => ({ path, subSchema })),
    ...(refused ? { refused: refused.map(({ new: _new, ...refusal }) => refusal) } : {}),
  };
}

/** A record as it was sealed. Throws BlobLostError where its blob is gone or was altered. */
export async function wholeRecord(stored: StoredRecord, blobs: Blobs): Promise<AuditRecord> {
  if (!("blob" in stored)) return stored;
  return JSON.parse((await fetchReferred(blobs, stored.blob)).toString()) as AuditRecord;
}

import type { AuditRecord, StoredRecord } from "../audit/record.ts";
import { type Shelved, shelve, wholeRecord } from "../audit/stub.ts";
import { sha256 } from "../blob-reference.ts";
import { BlobLostError } from "../errors/blob-lost-error.ts";
import { ContendedError } from "../errors/contended-error.ts";
import type { Ports, Stored, Write } from "../ports.ts";
import { withoutSystemFields } from "../system-fields.ts";
import { erasedRecord } from "./erase-record.ts";

/** Records that are looked at in one step; large ones are in memory one at a time. */
const PAGE = 40;
/** Most bytes of JSON in a batch: Cosmos DB takes 2 MB, and counts what it adds itself. */
const MAX_BATCH = 1_500_000;
/** An event whose record is smaller came in its message, and never by way of a blob. */
const MAY_HAVE_CLAIMED = 190_000;

/** What erasing a part of a chain came to. */
export interface ErasedPart {
  /** The last sequence that was looked at; null where there are no more. */
  readonly upTo: number | null;
  /** How many records lost values, or a salt with which they could be guessed. */
  readonly records: number;
  /** How many blobs that brought an event were deleted. */
  readonly claims: number;
}

/**
 * Takes values and salts from the next records of a chain, after the sequence `after` and up to `upTo`; those of a large
 * one leave with its blob, which is deleted afterwards by {@link tidyBlobs}. Each is guarded by its etag, and one that
 * was erased before is left as it is: doing it again does no harm.
 */
export async function eraseNextRecords(
  ports: Pick<Ports, "documents" | "blobs">,
  key: string,
  { after, upTo }: { readonly after: number; readonly upTo: number },
): Promise<ErasedPart> {
  const page = await ports.documents.query<{ id: string; sequence: number }>("unified", {
    text: "SELECT c.id, c.sequence FROM c WHERE c.kind = 'audit' AND c.sequence > @after AND c.sequence <= @upTo ORDER BY c.sequence",
    parameters: { after, upTo },
    partition: key,
    limit: PAGE,
  });
  let claims = 0;
  const batch = new Batch(ports, key);
  for (const { id } of page.items) {
    const stored = await ports.documents.read<StoredRecord>("unified", key, id);
    if (!stored) continue;
    claims += await deleteClaims(ports, key, stored.item);
    await batch.add(stored);
  }
  const records = await batch.end();
  const last = page.items.at(-1)?.sequence;
  return { upTo: last === undefined || page.next === null ? null : last, records, claims };
}

/** Records that are written together. */
class Batch {
  #writes: Write[] = [];
  #bytes = 0;
  #erased = 0;
  readonly #ports: Pick<Ports, "documents" | "blobs">;
  readonly #key: string;

  constructor(ports: Pick<Ports, "documents" | "blobs">, key: string) {
    this.#ports = ports;
    this.#key = key;
  }

  async add(stored: Stored<StoredRecord>): Promise<void> {
    const shelved = await shelvedErased(stored.item, this.#ports.blobs);
    if (!shelved) return;
    // The new blob is there before the stub says so.
    if ("whole" in shelved) await this.#ports.blobs.put(shelved.item.blob.name, shelved.whole);
    if (this.#bytes + shelved.bytes > MAX_BATCH) await this.end();
    this.#writes.push({ op: "replace", item: shelved.item, etag: stored.etag });
    this.#bytes += shelved.bytes;
  }

  /** Writes what is left. Returns how many were erased over all. */
  async end(): Promise<number> {
    const { documents } = this.#ports;
    if (this.#writes.length > 0) {
      const result = await documents.write("unified", this.#key, this.#writes);
      // Nobody alters records but an erasure: another run is at the same, and has done these.
      if (!result.written) throw new ContendedError(`the audit records of ${this.#key}`, 1);
    }
    this.#erased += this.#writes.length;
    this.#writes = [];
    this.#bytes = 0;
    return this.#erased;
  }
}

/** A record as it is to stand in the store; undefined where nothing is left to erase, or its blob is lost anyway. */
async function shelvedErased(stored: StoredRecord, blobs: Ports["blobs"]): Promise<Shelved | undefined> {
  const whole = await wholeOrLost(stored, blobs);
  if (whole?.personal.salt === undefined) return undefined;
  const shelved = shelve(erasedRecord(withoutSystemFields(whole)));
  if (!("whole" in shelved)) return shelved;
  // The name of a blob follows from the record's hash, which stays.
  const blob = { ...shelved.item.blob, name: `${shelved.item.blob.name}-erased` };
  return { ...shelved, item: { ...shelved.item, blob } };
}

async function wholeOrLost(stored: StoredRecord, blobs: Ports["blobs"]): Promise<AuditRecord | undefined> {
  try {
    return await wholeRecord(stored, blobs);
  } catch (error) {
    if (!(error instanceof BlobLostError) || !("blob" in stored)) throw error;
    // Whatever stands there in the place of what was put there may be of this entity, and proves nothing.
    await blobs.delete(stored.blob.name);
    return undefined;
  }
}

/** Deletes what is left of blobs by which the event of a record came: one that is known needs none. */
async function deleteClaims(
  { blobs }: Pick<Ports, "blobs">,
  key: string,
  stored: StoredRecord,
): Promise<number> {
  if (!("blob" in stored) && JSON.stringify(stored).length < MAY_HAVE_CLAIMED) return 0;
  let deleted = 0;
  for await (const name of blobs.list(`claims/${sha256(JSON.stringify([key, stored.event.id]))}/`)) {
    await blobs.delete(name);
    deleted += 1;
  }
  return deleted;
}

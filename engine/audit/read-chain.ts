import type { Ports } from "../ports.ts";
import type { AuditRecord, StoredRecord } from "./record.ts";
import { wholeRecord } from "./stub.ts";

/** Records that are asked for at once: large ones are no more than stubs there. */
const PAGE = 200;

/** Which part of a chain; all of it where nothing is said. */
export interface Part {
  /** Records with a greater sequence. */
  readonly after?: number;
  /** Records up to this sequence. */
  readonly upTo?: number;
}

/**
 * The audit records of an entity, in the order of its chain, large ones whole. Reads a page at a time, as far as it is
 * asked. Throws BlobLostError where a large one is gone or was altered.
 */
export async function* readChain(
  { documents, blobs }: Pick<Ports, "documents" | "blobs">,
  key: string,
  part: Part = {},
): AsyncGenerator<AuditRecord> {
  for await (const record of readStored(documents, key, part)) yield wholeRecord(record, blobs);
}

/** The same as the store has it: large ones as stubs. */
export async function* readStored(
  documents: Ports["documents"],
  key: string,
  { after = 0, upTo = Number.MAX_SAFE_INTEGER }: Part = {},
): AsyncGenerator<StoredRecord> {
  let last = after;
  for (;;) {
    const page = await documents.query<StoredRecord>("unified", {
      text: "SELECT * FROM c WHERE c.kind = 'audit' AND c.sequence > @last AND c.sequence <= @upTo ORDER BY c.sequence",
      parameters: { last, upTo },
      partition: key,
      limit: PAGE,
    });
    yield* page.items;
    last = page.items.at(-1)?.sequence ?? last;
    if (page.next === null) return;
  }
}

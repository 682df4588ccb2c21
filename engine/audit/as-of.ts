import type { Ports } from "../ports.ts";
import type { DocumentItem } from "../sync/entity.ts";
import { isErased } from "./erased.ts";
import { readChain } from "./read-chain.ts";
import { readSome } from "./read-some.ts";
import type { AuditRecord } from "./record.ts";
import { BLANK, replayRecord, type ReplayedState } from "./replay.ts";

/** A document as it was recorded by some time. */
export interface AsOf extends Omit<ReplayedState, "head"> {
  /** When the last of its records was recorded. */
  readonly at: string;
  /** Paths of values that stood then, and that an erasure has taken since, wholly or in part. */
  readonly erased: readonly string[];
}

/**
 * A document as it was recorded by `time` (ISO 8601 UTC with milliseconds): what the longest part of its chain comes
 * to, from its first record on, of which none was recorded later. Clocks of hosts differ, so a record that says that
 * it is earlier may follow one that says that it is later; it is not part of it. Where nothing was recorded by then,
 * since when something is. Reads the chain up to then, a page at a time, or where nothing was recorded since the
 * present document. Throws BlobLostError where the blob of a large record is gone.
 */
export async function documentAsOf(
  { documents, blobs }: Pick<Ports, "documents" | "blobs">,
  { key, data, version, sequence }: DocumentItem,
  time: string,
): Promise<AsOf | { readonly since: string | undefined }> {
  const later = await readSome<Pick<AuditRecord, "sequence" | "at">>(
    documents,
    "unified",
    {
      text: "SELECT c.sequence, c.at FROM c WHERE c.kind = 'audit' AND c.at > @time AND c.sequence <= @last ORDER BY c.sequence",
      parameters: { time, last: sequence },
      partition: key,
    },
    1,
  );
  const [first] = later.items;
  if (first)
    return first.sequence > 1
      ? foldedUpTo({ documents, blobs }, key, first.sequence - 1)
      : { since: first.at };
  const last = await readSome<Pick<AuditRecord, "at">>(
    documents,
    "unified",
    {
      text: "SELECT c.at FROM c WHERE c.kind = 'audit' AND c.sequence = @last",
      parameters: { last: sequence },
      partition: key,
    },
    1,
  );
  const at = last.items[0]?.at;
  return at === undefined ? { since: undefined } : { data, version, sequence, at, erased: [] };
}

async function foldedUpTo(
  ports: Pick<Ports, "documents" | "blobs">,
  key: string,
  upTo: number,
): Promise<AsOf> {
  let state = BLANK;
  let at = "";
  const erased = new Set<string>();
  for await (const record of readChain(ports, key, { upTo })) {
    state = replayRecord(state, record);
    at = record.at;
    noteErased(erased, record);
  }
  const { head: _head, ...rest } = state;
  return { ...rest, at, erased: [...erased].toSorted() };
}

/** Keeps the list of paths whose value was erased, after one more record. */
function noteErased(erased: Set<string>, record: AuditRecord): void {
  for (const [index, { path }] of record.changes.entries()) {
    if (isErased(record, `/changes/${index}/new`)) erased.add(path);
    else erased.delete(path);
  }
}

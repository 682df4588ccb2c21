import type { Ports } from "../ports.ts";
import type { DocumentItem } from "../sync/entity.ts";
import { isErased } from "./erased.ts";
import { readChain } from "./read-chain.ts";
import { readSome } from "../read-pages.ts";
import type { AuditRecord } from "./record.ts";
import { checkWhole } from "./verify/check-record.ts";
import { BLANK, replayRecord, type ReplayedState } from "./replay.ts";

/** A document as it was recorded by some time. */
export interface AsOf extends Omit<ReplayedState, "head"> {
  /** When the last of its records was recorded. */
  readonly at: string;
  /** Paths of values that stood then, and that an erasure has taken since, wholly or in part. */
  readonly erased: readonly string[];
  /** Whether the records up to then are those that were written, and where not. */
  readonly chain: { readonly verified: boolean; readonly brokenAt?: number };
}

/**
 * A document as it was recorded by `time` (ISO 8601 UTC with milliseconds): what the longest part of its chain comes
 * to, from its first record on, of which none was recorded later. Clocks of hosts differ, so a record that says that
 * it is earlier may follow one that says that it is later; it is not part of it. Where nothing was recorded by then,
 * since when something is. Reads the chain up to then, a page at a time, and checks each record as it goes by: what it
 * answers is what the chain proves, or it says where that is broken. Throws BlobLostError where the blob of a large record is gone.
 */
export async function documentAsOf(
  { documents, blobs }: Pick<Ports, "documents" | "blobs">,
  { key, sequence: last }: Pick<DocumentItem, "key" | "sequence">,
  time: string,
): Promise<AsOf | { readonly since: string | undefined }> {
  const later = await readSome<Pick<AuditRecord, "sequence" | "at">>(
    documents,
    "unified",
    {
      text: "SELECT c.sequence, c.at FROM c WHERE c.kind = 'audit' AND c.at > @time AND c.sequence <= @last ORDER BY c.sequence",
      parameters: { time, last },
      partition: key,
    },
    1,
  );
  const [first] = later.items;
  const upTo = first ? first.sequence - 1 : last;
  const folded = upTo > 0 ? await foldedUpTo({ documents, blobs }, key, upTo) : undefined;
  return folded ?? { since: first?.at };
}

async function foldedUpTo(
  { documents, blobs }: Pick<Ports, "documents" | "blobs">,
  key: string,
  upTo: number,
): Promise<AsOf | undefined> {
  let state = BLANK;
  let at: string | undefined;
  let brokenAt: number | undefined;
  const erased = new Set<string>();
  for await (const record of readChain({ documents, blobs }, key, { upTo })) {
    const follows = record.sequence === state.sequence + 1 && record.previous === state.head;
    if (!follows || checkWhole(record).fault) brokenAt ??= state.sequence + 1;
    state = replayRecord(state, record);
    ({ at } = record);
    noteErased(erased, record);
  }
  if (at === undefined) return undefined;
  if (state.sequence < upTo) brokenAt ??= state.sequence + 1;
  const { head: _head, ...rest } = state;
  const chain = { verified: brokenAt === undefined, ...(brokenAt === undefined ? {} : { brokenAt }) };
  return { ...rest, at, erased: [...erased].toSorted(), chain };
}

/** Keeps the list of paths whose value was erased, after one more record. */
function noteErased(erased: Set<string>, record: AuditRecord): void {
  for (const [index, { path }] of record.changes.entries()) {
    if (isErased(record, `/changes/${index}/new`)) erased.add(path);
    else erased.delete(path);
  }
}

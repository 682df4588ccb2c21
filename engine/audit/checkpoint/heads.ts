import type { Documents } from "../../ports.ts";
import { afterKey, walkItems } from "../walk.ts";

/** The newest record of an entity in a part of the log. */
export interface Head {
  readonly key: string;
  readonly sequence: number;
  /** The record's hash, which stands for it and all before it. */
  readonly hash: string;
}

/**
 * The head of each entity in what was recorded up to a time, in the order of keys: its newest record in the longest
 * part of its chain, from the first on, in which each was recorded at `covers` (ISO 8601) or before. Memory holds two
 * pages, however many there are.
 */
export async function* headsUpTo(documents: Pick<Documents, "query">, covers: string): AsyncGenerator<Head> {
  // Where the clocks of hosts differ, one recorded later may say an earlier time: it is not in the part, since one
  // before it is not.
  const where = afterKey("", ["c.kind = 'audit'"], ["c.at <= @covers", covers]);
  let head: Head | undefined;
  for await (const { key, sequence, hash } of walkItems<Head>(
    documents,
    "c.key, c.sequence, c.hash",
    where,
    "c.key, c.sequence",
  )) {
    if (head && head.key !== key) {
      yield head;
      head = undefined;
    }
    if (sequence === (head?.sequence ?? 0) + 1) head = { key, sequence, hash };
  }
  if (head) yield head;
}

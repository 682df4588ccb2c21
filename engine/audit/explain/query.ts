import type { Documents } from "../../ports.ts";
import { readSome, type Some } from "../../read-pages.ts";
import type { StoredRecord } from "../record.ts";

/** Whose records are asked for: those of an entity, up to one of its chain. */
export interface Chain {
  readonly key: string;
  /** The sequence of the last one. */
  readonly upTo: number;
}

/** That a record speaks of paths that are asked for, without what it says. */
export interface Mention {
  readonly id: string;
  /** Paths that it changed. */
  readonly changed: readonly string[];
  /** Paths at which it was refused a value. */
  readonly refused: readonly string[];
}

/** The members of a record that speak of paths. */
type Speaking = "changes" | "refused";

/** A path in pathText form, or anything below it. */
const HERE_OR_BELOW = "(x.path = @path OR STARTSWITH(x.path, @below))";
const HERE = "x.path = @path";
const AUDIT = "c.kind = 'audit' AND c.sequence <= @upTo";

/** Which records, the newest `count`, speak of a path or of one below it. */
export function mentionsOf(
  documents: Documents,
  { key, upTo }: Chain,
  path: string,
  count: number,
): Promise<Some<Mention>> {
  const either = `(${says("changes", HERE_OR_BELOW)} OR ${says("refused", HERE_OR_BELOW)})`;
  const query = {
    text: `SELECT c.id, ${paths("changes", HERE_OR_BELOW)} AS changed, ${paths("refused", HERE_OR_BELOW)} AS refused
      FROM c WHERE ${AUDIT} AND ${either} ORDER BY c.sequence DESC`,
    parameters: { path, below: `${path}.`, upTo },
    partition: key,
  };
  return readSome(documents, "unified", query, count);
}

/** The ids of the newest `count` records that changed a path itself, or that were refused a value there. */
export async function mentionsOfLeaf(
  documents: Documents,
  { key, upTo }: Chain,
  path: string,
  member: Speaking,
  count: number,
): Promise<readonly string[]> {
  const query = {
    text: `SELECT VALUE c.id FROM c WHERE ${AUDIT} AND ${says(member, HERE)} ORDER BY c.sequence DESC`,
    parameters: { path, upTo },
    partition: key,
  };
  return (await readSome<string>(documents, "unified", query, count)).items;
}

/** The paths, at a path and below it, that records changed or were refused; the first `count` of each. */
export async function pathsSpokenOf(
  documents: Documents,
  { key, upTo }: Chain,
  path: string,
  count: number,
): Promise<Some<string>> {
  const found = await Promise.all(
    (["changes", "refused"] as const).map((member) => {
      const text = `SELECT DISTINCT VALUE x.path FROM c JOIN x IN c.${member} WHERE ${AUDIT} AND ${HERE_OR_BELOW}`;
      const parameters = { upTo, path, below: `${path}.` };
      return readSome<string>(documents, "unified", { text, parameters, partition: key }, count);
    }),
  );
  return {
    items: [...new Set(found.flatMap(({ items }) => items))],
    more: found.some(({ more }) => more),
  };
}

/** Records that are fetched at once. */
const AT_ONCE = 100;

/** Fetches records of an entity by their ids, some at a time, in no order. */
export async function* recordsById(
  documents: Documents,
  key: string,
  ids: readonly string[],
): AsyncGenerator<StoredRecord> {
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const part = ids.slice(at, at + AT_ONCE);
    const names = part.map((_, index) => `@id${index}`).join(", ");
    const parameters = Object.fromEntries(part.map((id, index) => [`id${index}`, id]));
    const query = { text: `SELECT * FROM c WHERE c.id IN (${names})`, parameters, partition: key };
    yield* (await readSome<StoredRecord>(documents, "unified", query, part.length)).items;
  }
}

/** Whether a record speaks of a path in one of its members, whose names are the code's own. */
function says(member: Speaking, condition: string): string {
  return `EXISTS(SELECT VALUE x FROM x IN c.${member} WHERE ${condition})`;
}

function paths(member: Speaking, condition: string): string {
  return `ARRAY(SELECT VALUE x.path FROM x IN c.${member} WHERE ${condition})`;
}

import type { Ports } from "../../ports.ts";
import { eachLeaf, pathText, type Segments, valueAt } from "../../sync/paths.ts";
import { historyOf, type LeafHistory, type ReadRecord, type Show } from "./leaf.ts";
import { type Chain, type Mention, mentionsOf, mentionsOfLeaf, pathsSpokenOf, recordsById } from "./query.ts";
import { readForExplaining } from "./read.ts";
import type { Some } from "../../read-pages.ts";

/** Most leaves of one explanation. */
const MOST_LEAVES = 50;
/**
 * Records that are looked through at first for what they speak of: few entities have more for one path. Of a leaf the
 * newest are enough, and what is missing then is asked for.
 */
const AT_FIRST = { leaf: 100, parts: 3_000 };

/** How histories are read and shown. */
export interface Reading {
  readonly ports: Pick<Ports, "documents" | "blobs" | "log">;
  /** Most earlier values, and most lost ones, of each leaf. */
  readonly limit: number;
  /** The caller may see personal values. */
  readonly personal: boolean;
  readonly show: Show;
}

/** Which records tell the history of a leaf, by their ids, the newest first. */
interface Sources {
  readonly leaf: string;
  readonly changed: readonly string[];
  readonly refused: readonly string[];
}

/**
 * The histories of the leaves at a path and below it: of each that stands in `data`, and each of which a record ever
 * said something, 50 at most, in the order of their names. One query tells which of the newest records that speak of the
 * path speak of which leaf, 100 of them or 3,000; a leaf whose history lies further back is asked for by itself. Then only records are
 * fetched of which something is shown.
 */
export async function historiesAt(
  chain: Chain,
  data: unknown,
  path: Segments,
  reading: Reading,
): Promise<{ readonly histories: readonly LeafHistory[]; readonly more: boolean }> {
  const { ports, limit, show } = reading;
  const asked = pathText(path);
  const standing = leavesAt(data, path);
  const isLeaf = standing.includes(asked);
  const first = await mentionsOf(ports.documents, chain, asked, isLeaf ? AT_FIRST.leaf : AT_FIRST.parts);
  const spoken =
    first.more && !isLeaf
      ? await pathsSpokenOf(ports.documents, chain, asked, MOST_LEAVES)
      : { items: first.items.flatMap(({ changed, refused }) => [...changed, ...refused]), more: false };
  const leaves = [...new Set([...standing, ...spoken.items])].toSorted();
  const all: Sources[] = [];
  for (const leaf of leaves.slice(0, MOST_LEAVES)) all.push(await sourcesOf(chain, leaf, first, reading));
  const records = await readSources(chain, all, reading);
  const found = (ids: readonly string[]): ReadRecord[] => ids.flatMap((id) => records.get(id) ?? []);
  const histories = all.map(({ leaf, changed, refused }) =>
    historyOf(leaf, { changed: found(changed), refused: found(refused) }, limit, show),
  );
  return { histories, more: spoken.more || leaves.length > MOST_LEAVES };
}

/** The texts of the leaves of `data` at a path and below it. */
function leavesAt(data: unknown, path: Segments): string[] {
  const found: string[] = [];
  eachLeaf(valueAt(data, path), (below) => found.push(pathText([...path, ...below])));
  return found;
}

async function sourcesOf(
  chain: Chain,
  leaf: string,
  first: Some<Mention>,
  { ports, limit }: Reading,
): Promise<Sources> {
  const those = async (
    speaking: "changed" | "refused",
    member: "changes" | "refused",
    most: number,
  ): Promise<readonly string[]> => {
    const ids = first.items.filter((mention) => mention[speaking].includes(leaf)).map(({ id }) => id);
    if (!first.more || ids.length >= most) return ids.slice(0, most);
    return mentionsOfLeaf(ports.documents, chain, leaf, member, most);
  };
  // The one that set the value, the ones before it, and one more that tells whether there are others.
  const [changed, refused] = await Promise.all([
    those("changed", "changes", limit + 2),
    those("refused", "refused", limit + 1),
  ]);
  return { leaf, changed, refused };
}

/** Reads the records of all sources, each once, and of each what is shown of it alone. */
async function readSources(
  { key }: Chain,
  all: readonly Sources[],
  { ports, personal }: Reading,
): Promise<ReadonlyMap<string, ReadRecord>> {
  const sight = { personal, paths: new Set(all.map(({ leaf }) => leaf)) };
  const setters = new Set(all.flatMap(({ changed }) => changed.slice(0, 1)));
  const ids = [...new Set(all.flatMap(({ changed, refused }) => [...changed, ...refused]))];
  const records = new Map<string, ReadRecord>();
  for await (const stored of recordsById(ports.documents, key, ids)) {
    // The event of a large record has up to a megabyte: it comes where one leaf alone is explained.
    const withData = setters.has(stored.id) && (all.length === 1 || !("blob" in stored));
    records.set(stored.id, await readForExplaining(stored, ports, sight, withData));
  }
  return records;
}

import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type Dataset, kindOf, tableName } from "../dataset.ts";
import { TEXT_KEY_CHARACTERS } from "../keys/key-column.ts";
import { readProfile } from "../keys/read-profile.ts";
import { type Flavour, OverTimeError, readFlavour, selectWithin } from "./bounded.ts";
import type { Total } from "./cursor.ts";
import type { Keys } from "./keys.ts";
import { type Recent, recent } from "./recent.ts";
import type { SortKey } from "./asked.ts";

/** What one host remembers of the tables of a server, so that it need not ask each time. */
export interface KnownTables {
  flavour(connection: Connection): Promise<Flavour>;
  /** Key columns and indexes; at most ten seconds old. */
  keys(connection: Connection, dataset: Dataset): Promise<Keys>;
  /** Of the columns that sort, those of text of which it is known how many characters a cell has at most. */
  longest(
    connection: Connection,
    dataset: Dataset,
    keys: Keys,
    sort: readonly SortKey[],
  ): Promise<ReadonlyMap<string, number>>;
  /** Counted before, by version and filters. */
  readonly totals: Recent<Total>;
  /** Whether the use of an index has not been remembered within the last minute; then it is taken to be from now on. */
  isUseNew(table: string, index: string): boolean;
  /** Has the keys of a table read anew: it has others than were remembered. */
  forget(table: string): void;
}

/** For how long keys are remembered, in milliseconds: a new index is used from then on at the latest. */
const FRESH_MS = 10_000;

/** How often the use of an index is remembered, in milliseconds. */
const USE_MS = 60_000;

/** How long it may take to find out whether a column has a long cell, in milliseconds. */
const PROBE_MS = 3_000;

/** Nothing remembered yet. `now`: milliseconds; `readKeys`: asks the server. */
export function createKnownTables(
  now: () => number,
  readKeys: (connection: Connection, dataset: Dataset) => Promise<Keys>,
): KnownTables {
  let flavour: Flavour | undefined;
  const kept = recent<{ version: string; until: number; keys: Keys }>(1_000);
  const lengths = recent<{ length: number; until: number }>(10_000);
  const used = recent<number>(10_000);

  const server = async (connection: Connection): Promise<Flavour> =>
    (flavour ??= await readFlavour(connection));

  return {
    flavour: server,
    async keys(connection, dataset) {
      const known = kept.get(dataset.table);
      if (known && known.version === dataset.version && known.until > now()) return known.keys;
      const keys = await readKeys(connection, dataset);
      kept.set(dataset.table, { version: dataset.version, until: now() + FRESH_MS, keys });
      return keys;
    },
    async longest(connection, dataset, keys, sort) {
      const texts = sort.filter(({ column: name }) => {
        const column = dataset.columns.find((known) => known.name === name);
        return column && kindOf(column.cells) === "text";
      });
      const found = new Map<string, number>();
      for (const { column } of texts) {
        const key = JSON.stringify([dataset.table, dataset.version, column]);
        const known = lengths.get(key);
        const length =
          known && (known.length < Infinity || known.until > now())
            ? known.length
            : await readLongest(connection, dataset, column, keys, await server(connection));
        if (length !== known?.length) lengths.set(key, { length, until: now() + FRESH_MS });
        if (length < Infinity) found.set(column, length);
      }
      return found;
    },
    totals: recent(10_000),
    isUseNew(table, index) {
      const key = JSON.stringify([table, index]);
      const isNew = now() - (used.get(key) ?? -Infinity) >= USE_MS;
      if (isNew) used.set(key, now());
      return isNew;
    },
    forget: (table) => kept.set(table, { version: "", until: 0, keys: { columns: [], indexes: [] } }),
  };
}

/**
 * How many characters a cell of a column has at most: as its profile says; where there is none yet, as an index on the
 * column tells. Infinity where neither does, or it takes long to find out.
 */
async function readLongest(
  connection: Connection,
  dataset: Dataset,
  name: string,
  { columns, indexes }: Keys,
  flavour: Flavour,
): Promise<number> {
  const profile = await readProfile(connection, dataset);
  const longest = profile?.get(name)?.longest;
  if (longest !== undefined) return longest;
  const key = columns.find(({ column, kind }) => column === name && kind === "text");
  const index = key && indexes.find((known) => known.columns.includes(key.name));
  if (!index) return Infinity;
  const characters = `CHAR_LENGTH(CONVERT(${quoted(key.name)} USING utf8mb4))`;
  const text = `SELECT 1 FROM ${tableName(dataset.table)} FORCE INDEX (${quoted(index.name)}) WHERE ${characters} >= ? LIMIT 1`;
  try {
    const long = await selectWithin(connection, { text, values: [TEXT_KEY_CHARACTERS] }, PROBE_MS, flavour);
    return long.length === 0 ? TEXT_KEY_CHARACTERS - 1 : Infinity;
  } catch (error) {
    if (error instanceof OverTimeError) return Infinity;
    throw error;
  }
}

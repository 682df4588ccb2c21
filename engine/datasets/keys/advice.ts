import { type Dataset, ROW } from "../dataset.ts";
import type { KeyColumn, KeyIndex } from "../query/keys.ts";
import type { AskedShape } from "./asked-shape.ts";
import { KEY_BYTES, TEXT_KEY_CHARACTERS } from "./key-column.ts";
import { INDEX_PREFIX, keyColumnOf } from "./read-keys.ts";
import type { KnownColumns } from "./read-profile.ts";

/** An index to make, and the key columns that it needs. */
export interface WantedIndex extends KeyIndex {
  readonly keys: readonly KeyColumn[];
}

/** What InnoDB lets an index be wide, in bytes, and what of it the row's number takes. */
const INDEX_BYTES = 3_072;
const ROW_BYTES = 8;

/** More would make a name too long, and serve nobody. */
const MOST_COLUMNS = 8;

/**
 * The index that serves a shape best; undefined where none would. Columns held to one value stand first. Behind them:
 * - the columns of the order, the row, and then the columns between bounds. Rows are read in their order until the page
 *   is full, and those out of bounds are passed over without a look into the table;
 * - or the column between bounds that has the most different values, where the order cannot be served (descending and
 *   ascending mixed, a text longer than its key), or where few rows match: to walk the order until a page is full takes
 *   `page × rows ÷ matches` steps, to sort all matches takes `matches`. So few are fewer than √(100 × rows).
 * `known`: a text of which no length is known is taken for long. `matches`: how many rows were found, if that is known.
 */
export function adviseIndex(
  shape: AskedShape,
  dataset: Dataset,
  known?: KnownColumns,
  matches?: number,
): WantedIndex | undefined {
  const keyOf = (name: string): KeyColumn | undefined => keyColumnOf(dataset, name);
  const [equal, range] = [keysOf(shape.equal, keyOf), keysOf(shape.range, keyOf)];
  const sort = keysOf(
    shape.sort.map(({ column }) => column),
    keyOf,
  );
  if (!equal || !range || !sort) return undefined;
  const held = equal.toSorted((one, other) => one.name.localeCompare(other.name));
  const orders = servesOrder(shape, sort, known);
  const few = matches !== undefined && matches < Math.sqrt(dataset.rows);
  const [widest] = range.toSorted((one, other) => distinct(known, other) - distinct(known, one));
  if (widest && (!orders || few || (held.length === 0 && sort.length === 0)))
    return indexOf([...held, widest]);
  if (!orders) return held.length === 0 ? undefined : indexOf(held);
  const ordered = [...held, ...sort];
  if (ordered.length === 0) return undefined;
  if (!fits(ordered)) return held.length === 0 ? undefined : indexOf(held);
  const beside = range.filter((key) => !ordered.some(({ name }) => name === key.name));
  const all = [...ordered, ...beside];
  return beside.length > 0 && fits(all) ? indexOf(ordered, beside) : indexOf(ordered);
}

/** Whether an index can be walked in the order: one way, by keys that tell all of their cells. */
function servesOrder(
  { sort }: AskedShape,
  keys: readonly KeyColumn[],
  known: KnownColumns | undefined,
): boolean {
  if (sort.some(({ descending }) => descending !== sort[0]?.descending)) return false;
  return keys.every(
    ({ kind, column }) => kind !== "text" || (known?.get(column)?.longest ?? Infinity) <= TEXT_KEY_CHARACTERS,
  );
}

/** The index that serves what a wanted one would: the same columns, or more behind them. */
export function servedBy(wanted: KeyIndex, indexes: readonly KeyIndex[]): KeyIndex | undefined {
  return indexes.find(({ columns }) => wanted.columns.every((name, at) => columns[at] === name));
}

/** An index on key columns; on others behind the row, where there are some. */
function indexOf(keys: readonly KeyColumn[], beside: readonly KeyColumn[] = []): WantedIndex {
  const cut = widthOf(keys);
  const kept = keys.slice(0, cut);
  const columns = [...kept, ...beside].map(({ name }) => name);
  return {
    name: `${INDEX_PREFIX}${columns.join("")}`,
    columns: beside.length === 0 ? columns : columns.toSpliced(kept.length, 0, ROW),
    keys: [...kept, ...beside],
  };
}

/** How many of the keys an index can have. */
function widthOf(keys: readonly KeyColumn[]): number {
  let bytes = ROW_BYTES;
  const end = keys.slice(0, MOST_COLUMNS).findIndex(({ kind }) => (bytes += KEY_BYTES[kind]) > INDEX_BYTES);
  return end < 0 ? Math.min(keys.length, MOST_COLUMNS) : end;
}

function fits(keys: readonly KeyColumn[]): boolean {
  return widthOf(keys) === keys.length;
}

function distinct(known: KnownColumns | undefined, { column }: KeyColumn): number {
  return known?.get(column)?.distinct ?? 0;
}

/** The keys of columns; undefined where the dataset does not have one of them any more. */
function keysOf(
  names: readonly string[],
  keyOf: (name: string) => KeyColumn | undefined,
): readonly KeyColumn[] | undefined {
  const keys = names.map(keyOf);
  const known = keys.filter((key) => key !== undefined);
  return known.length === keys.length ? known : undefined;
}

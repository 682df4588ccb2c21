import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type Dataset, DATASETS, kindOf } from "../dataset.ts";
import type { KeyColumn, KeyIndex, Keys } from "../query/keys.ts";
import { keyColumnName, parseKeyColumnName } from "./key-column.ts";

/** What the names of indexes of ours begin with; the names of their columns follow: `_k_n5_t2`. */
export const INDEX_PREFIX = "_k";

/** What a table has, and what of it is left from other columns than the dataset's. */
export interface AllKeys extends Keys {
  /** Names of generated columns that are named like a key column, and are of something else. */
  readonly stale: readonly string[];
}

/**
 * The key columns and indexes of a dataset's table, as the server has them. None where there is no such table, and none
 * that is of something else: the table may have been replaced since the dataset was read.
 */
export async function readKeys(connection: Connection, dataset: Dataset): Promise<Keys> {
  const { columns, indexes } = await readAllKeys(connection, dataset);
  return { columns, indexes };
}

/** As {@link readKeys}, and what is left of before. */
export async function readAllKeys(connection: Connection, dataset: Dataset): Promise<AllKeys> {
  const generated = await connection.query(
    `SELECT COLUMN_NAME AS name, GENERATION_EXPRESSION AS expression FROM information_schema.COLUMNS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND EXTRA LIKE '%VIRTUAL%'`,
    [DATASETS, dataset.table],
  );
  const columns: KeyColumn[] = [];
  const stale: string[] = [];
  for (const row of generated) {
    const name = String(row["name"]);
    const key = keyColumn(name, dataset);
    if (key && String(row["expression"]).includes(quoted(key.column))) columns.push(key);
    else if (parseKeyColumnName(name)) stale.push(name);
  }
  return { columns, stale, indexes: await readIndexes(connection, dataset.table, new Set(stale)) };
}

/** Name, kind and column of a key column; undefined for another name, or where the dataset has no such place. */
function keyColumn(name: string, dataset: Dataset): KeyColumn | undefined {
  const parsed = parseKeyColumnName(name);
  const column = parsed && dataset.columns[parsed.place - 1];
  return column && { name, kind: parsed.kind, column: column.name };
}

async function readIndexes(
  connection: Connection,
  table: string,
  stale: ReadonlySet<string>,
): Promise<readonly KeyIndex[]> {
  const rows = await connection.query(
    `SELECT INDEX_NAME AS name, COLUMN_NAME AS part FROM information_schema.STATISTICS
     WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    [DATASETS, table],
  );
  const indexes = new Map<string, string[]>();
  for (const row of rows) {
    const name = String(row["name"]);
    if (!name.startsWith(`${INDEX_PREFIX}_`)) continue;
    const columns = indexes.get(name) ?? [];
    columns.push(String(row["part"]));
    indexes.set(name, columns);
  }
  return [...indexes]
    .map(([name, columns]) => ({ name, columns }))
    .filter(({ columns }) => !columns.some((column) => stale.has(column)));
}

/** The key column of a column's own kind; undefined where the dataset has no column of the name. */
export function keyColumnOf(dataset: Dataset, name: string): KeyColumn | undefined {
  const at = dataset.columns.findIndex((column) => column.name === name);
  const column = dataset.columns[at];
  if (!column) return undefined;
  const kind = kindOf(column.cells);
  return { name: keyColumnName(kind, at + 1), kind, column: name };
}

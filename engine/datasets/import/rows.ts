import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type Dataset, ROW, tableName } from "../dataset.ts";

/** A row of a dataset as an import sees it. */
export interface DatasetRow {
  /** Its `_row`. */
  readonly row: number;
  /** By the names of the columns. */
  readonly cells: Readonly<Record<string, string>>;
}

/** The next rows behind `after`, in the order of the file. */
export async function nextRows(
  connection: Connection,
  { table, columns }: Dataset,
  after: number,
  limit: number,
): Promise<readonly DatasetRow[]> {
  const names = columns.map(({ name }) => name);
  const rows = await connection.query(
    `SELECT ${[ROW, ...names].map(quoted).join(", ")} FROM ${tableName(table)}
     WHERE ${quoted(ROW)} > ? ORDER BY ${quoted(ROW)} LIMIT ?`,
    [after, limit],
  );
  return rows.map((row) => ({
    row: Number(row[ROW]),
    cells: Object.fromEntries(names.map((name) => [name, textOf(row[name])])),
  }));
}

/** How many rows there are behind `after`. */
export async function countRows(connection: Connection, dataset: Dataset, after: number): Promise<number> {
  if (after === 0) return dataset.rows;
  const [row] = await connection.query(
    `SELECT COUNT(*) AS many FROM ${tableName(dataset.table)} WHERE ${quoted(ROW)} > ?`,
    [after],
  );
  return Number(row?.["many"]);
}

/** A cell that is nothing reads as one that is empty: no file says which of them it means. */
function textOf(cell: unknown): string {
  return typeof cell === "string" ? cell : "";
}

import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { ROW, tableName } from "../dataset.ts";

/** The cells of one row, in the order of the columns that were asked for. */
export type Cells = readonly string[];

/** The cells of rows by their numbers, in that order. Undefined where one of them is not there any more. */
export async function readCells(
  connection: Connection,
  table: string,
  columns: readonly string[],
  rows: readonly number[],
): Promise<readonly Cells[] | undefined> {
  if (rows.length === 0) return [];
  // Under names of our own: those of columns may mean something to JavaScript, `__proto__` say.
  const list = columns.map((column, index) => `${quoted(column)} AS c${index}`).join(", ");
  const found = await connection.query(
    `SELECT ${quoted(ROW)}, ${list} FROM ${tableName(table)} FORCE INDEX (PRIMARY) WHERE ${quoted(ROW)} IN (?)`,
    [rows],
  );
  const byRow = new Map(found.map((row) => [Number(row[ROW]), row]));
  const cells = rows.map((row) => {
    const read = byRow.get(row);
    return read && columns.map((_, index) => cellOf(read[`c${index}`]));
  });
  return cells.every((row) => row !== undefined) ? cells : undefined;
}

/** A cell as the driver gives it: text. */
function cellOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

import { FileFaultError } from "../../errors/file-fault-error.ts";
import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { DATASETS, ROW, tableName } from "../dataset.ts";
import { TABLE_OPTIONS } from "../system-tables.ts";

/**
 * Most columns of a table. A page of InnoDB, 16 KiB, must hold two rows, and of a text of up to 40 bytes it keeps all in
 * the row: of 197 columns with 40 bytes in each a row fits, of 198 none does, whatever the settings. Some are left over
 * for MySQL, which counts a little more for each.
 */
export const MOST_TEXT_COLUMNS = 190;

/** Lets pass so many columns as a table can have whatever is in their cells. Throws a FileFaultError. */
export function checkColumnCount(columns: number): void {
  if (columns <= MOST_TEXT_COLUMNS) return;
  throw new FileFaultError(
    `the file has ${columns} columns; a table of MySQL holds at most ${MOST_TEXT_COLUMNS} whatever is in them: split it`,
  );
}

/** Begins the comment of every table that a run made, before the run's id. */
const MADE_BY = "caudal ";

/** Makes a table for the rows of a run, with columns of text, if it is not there. `beside`: more of its definition. */
export async function createTable(
  connection: Connection,
  table: string,
  { run, names, beside = "" }: { run: string; names: readonly string[]; beside?: string },
): Promise<void> {
  const columns = names.map((name) => `${quoted(name)} TEXT NOT NULL`).join(", ");
  await connection.query(
    `CREATE TABLE IF NOT EXISTS ${tableName(table)}
     (${ROW} BIGINT UNSIGNED NOT NULL PRIMARY KEY, ${columns}${beside}) ${TABLE_OPTIONS} COMMENT = ?`,
    [`${MADE_BY}${run}`],
  );
}

/** Which run made a table: its id; empty for a table that is not ours, undefined where there is none. */
export async function makerOf(connection: Connection, table: string): Promise<string | undefined> {
  const [row] = await connection.query(
    "SELECT table_comment AS comment FROM information_schema.tables WHERE table_schema = ? AND table_name = ?",
    [DATASETS, table],
  );
  if (!row) return undefined;
  const comment = String(row["comment"]);
  return comment.startsWith(MADE_BY) ? comment.slice(MADE_BY.length) : "";
}

/** Drops tables, those that are there. */
export async function dropTables(connection: Connection, ...tables: readonly string[]): Promise<void> {
  await connection.query(`DROP TABLE IF EXISTS ${tables.map(tableName).join(", ")}`);
}

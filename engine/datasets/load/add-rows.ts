import type { Connection, FullConnection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { ROW, tableName } from "../dataset.ts";

/** Which rows go where. */
export interface Adding {
  /** The table that gets them, and its columns. */
  readonly to: string;
  readonly names: readonly string[];
  /** The table that has them, and its columns for those of the other, in their order. */
  readonly from: string;
  readonly fromNames: readonly string[];
  /** How many rows each of them has. */
  readonly before: number;
  readonly given: number;
  /** Whether rows are known by a key, and those that are there become as the new ones are. */
  readonly byKey: boolean;
}

/** What became of rows. */
export interface Added {
  /** Rows that the table has now. */
  readonly rows: number;
  readonly inserted: number;
  /** How often a row got other cells than it had. */
  readonly updated: number;
}

/**
 * Adds rows in the order of their file, behind the last one that is there. By a key, the last row of one wins, and a row
 * keeps its place. To be called in a transaction, of one load of a table at a time.
 */
export async function addRows(
  connection: FullConnection,
  { to, names, from, fromNames, before, given, byKey }: Adding,
): Promise<Added> {
  const [last] = await connection.query(`SELECT COALESCE(MAX(${ROW}), 0) AS last FROM ${tableName(to)}`);
  const offset = Number(last?.["last"]);
  const columns = names.map(quoted);
  const update = byKey
    ? ` ON DUPLICATE KEY UPDATE ${columns.map((name) => `${name} = VALUES(${name})`).join(", ")}`
    : "";
  const { rows: touched } = await connection.write(
    `INSERT INTO ${tableName(to)} (${[ROW, ...columns].join(", ")})
     SELECT ${[`${ROW} + ${offset}`, ...fromNames.map(quoted)].join(", ")}
     FROM ${tableName(from)} ORDER BY ${ROW}${update}`,
  );
  if (!byKey) return { rows: before + touched, inserted: touched, updated: 0 };
  const rows = await countOf(connection, to);
  // As the driver asks the server to count: one for a row that is added or stays as it is, two for one that changes.
  return { rows, inserted: rows - before, updated: touched - given };
}

async function countOf(connection: Connection, table: string): Promise<number> {
  const [row] = await connection.query(`SELECT COUNT(*) AS rows_there FROM ${tableName(table)}`);
  return Number(row?.["rows_there"]);
}

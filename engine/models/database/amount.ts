import { numberOf } from "../../mysql/errors.ts";
import type { Connection, FullConnection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";

/** For counting the rows of a table, in seconds. */
const COUNT_S = 10;
/** Time is over: MariaDB, MySQL. */
const TIMEOUTS = [1969, 3024];

/** Bytes of data and indexes, as the server estimates them, by database name; 0 for one that is not there. */
export async function sizesOf(
  admin: Connection,
  databases: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map(databases.map((name) => [name, 0]));
  if (databases.length === 0) return sizes;
  // MySQL remembers an estimate for a day unless it is told not to; MariaDB, which reads a comment, always asks anew.
  await admin.query("SET SESSION sql_auto_is_null = 0 /*!80000 , information_schema_stats_expiry = 0 */");
  const rows = await admin.query(
    `SELECT table_schema AS name, SUM(data_length + index_length) AS bytes FROM information_schema.tables
     WHERE table_schema IN (?) GROUP BY table_schema`,
    [databases],
  );
  for (const { name, bytes } of rows) sizes.set(String(name), Number(bytes));
  return sizes;
}

/**
 * Rows in a database's tables, counted one by one; null where one of them takes longer than 10 seconds. What a run wrote
 * cannot be told: no server keeps count of that for each user unless it is set up to, and a difference of two counts
 * misses what was altered.
 */
export async function rowsIn(admin: FullConnection, database: string): Promise<number | null> {
  const tables = await admin.query(
    "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = ? AND table_type = 'BASE TABLE'",
    [database],
  );
  const [setting] = await admin.query("SHOW VARIABLES LIKE 'max\\_statement\\_time'");
  const limit = setting ? `SET STATEMENT max_statement_time = ${COUNT_S} FOR ` : "";
  let count = 0;
  for (const { name } of tables) {
    try {
      const [row] = await admin.query(
        `${limit}SELECT /*+ MAX_EXECUTION_TIME(${COUNT_S}000) */ COUNT(*) AS count FROM ${quoted(database)}.${quoted(String(name))}`,
      );
      count += Number(row?.["count"]);
    } catch (error) {
      if (TIMEOUTS.includes(numberOf(error))) return null;
      throw error;
    }
  }
  return count;
}

import { quoted } from "../../mysql/quoted.ts";
import { LOCK_WAIT_S } from "../database.ts";
import { numberOf } from "../../mysql/errors.ts";
import type { Connection } from "../../mysql/pool.ts";
import { type Dataset, tableName } from "../dataset.ts";
import type { KeyColumn } from "../query/keys.ts";
import type { WantedIndex } from "./advice.ts";
import { keyColumnDefinition, parseKeyColumnName } from "./key-column.ts";
import { type AllKeys, readAllKeys } from "./read-keys.ts";

/**
 * For how long, in seconds, a change of a table waits at its beginning and its end for those who are at work on it.
 * Whoever comes meanwhile waits behind it.
 */
const WAIT_SECONDS = 2;

/** Both servers then let others read and write meanwhile, or refuse. */
const ONLINE: readonly string[] = ["ALGORITHM=INPLACE", "LOCK=NONE"];
const ANYHOW: readonly string[] = [];

/** Columns of a table, generated ones included; InnoDB takes 1,017. */
const MOST_COLUMNS = 1_012;

/**
 * No such column, no such table, no such column of an index; one of that name is there already, column and index;
 * nothing to drop; the statement was ended for somebody who replaces the table.
 */
const OTHERWISE: readonly number[] = [1054, 1146, 1072, 1060, 1061, 1091, 1317];

/** Whether a change failed because the table is not what was thought, or will not be in a moment. */
export function isOtherwise(error: unknown): boolean {
  return OTHERWISE.includes(numberOf(error));
}

/**
 * Adds key columns that a dataset's table does not have, at once and whatever its size; as many as it can take. Those
 * that are left from other columns go first. Throws what the server says.
 */
export async function addKeyColumns(
  connection: Connection,
  dataset: Dataset,
  wanted: readonly KeyColumn[],
): Promise<void> {
  const keys = await readAllKeys(connection, dataset);
  await dropStale(connection, dataset, keys);
  const room = MOST_COLUMNS - dataset.columns.length - keys.columns.length;
  const missing = wanted
    .filter(({ name }) => !keys.columns.some((known) => known.name === name))
    .slice(0, Math.max(0, room));
  if (missing.length === 0) return;
  const adds = missing.map(({ name, kind, column }) => {
    const place = parseKeyColumnName(name)?.place ?? 0;
    return `ADD COLUMN ${keyColumnDefinition(kind, place, column)}`;
  });
  await alter(connection, dataset.table, adds);
}

/** Makes an index, whose key columns are there. */
export async function addIndex(connection: Connection, dataset: Dataset, index: WantedIndex): Promise<void> {
  const columns = index.columns.map(quoted).join(", ");
  await alter(connection, dataset.table, [`ADD INDEX ${quoted(index.name)} (${columns})`]);
}

/** Drops an index; none of that name, or no such table, is no error. */
export async function dropIndex(connection: Connection, table: string, index: string): Promise<void> {
  try {
    await alter(connection, table, [`DROP INDEX ${quoted(index)}`]);
  } catch (error) {
    if (!isOtherwise(error)) throw error;
  }
}

/** Drops what is named like a key column and is of something else; the indexes on it go with it. */
async function dropStale(connection: Connection, { table }: Dataset, { stale }: AllKeys): Promise<void> {
  for (const name of stale) await alter(connection, table, [`DROP COLUMN ${quoted(name)}`], ANYHOW);
}

async function alter(
  connection: Connection,
  table: string,
  changes: readonly string[],
  how = ONLINE,
): Promise<void> {
  await connection.query(`SET SESSION lock_wait_timeout = ${WAIT_SECONDS}`);
  try {
    await connection.query(`ALTER TABLE ${tableName(table)} ${[...changes, ...how].join(", ")}`);
  } finally {
    await connection.query(`SET SESSION lock_wait_timeout = ${LOCK_WAIT_S}`);
  }
}

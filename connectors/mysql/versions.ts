import type { Connection } from "../../engine/mysql/pool.ts";
import type { Table } from "./table.ts";

/** The tables of an integration, in one database. The first one gives its name to the versions of all. */
export interface Tables {
  readonly database: string;
  readonly tables: readonly [Table, ...Table[]];
}

/** A version that was written, or that removed its entity. */
export interface KeptVersion {
  readonly key: string;
  readonly version: number;
  readonly removed: boolean;
}

/*
 * All tables of an integration move together, so one row of `_caudal_versions` guards an entity in all of them. The row
 * is the first table's: a database from when an integration had one table has it already, and stays guarded when that
 * table gets company. Rows of the others count as well when versions are compared: they are there where a table was an
 * integration of its own before, or was the first one. So neither a change of the order nor a new table lets an older
 * version pass.
 */

/**
 * Locks the version of each key until the transaction ends, so that of two holders of an entity one comes after the
 * other, and returns what stands. Keys are locked in one order everywhere, which keeps deadlocks rare.
 */
export async function lockVersions(
  connection: Connection,
  { database, tables }: Tables,
  keys: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const sorted = keys.toSorted();
  // The lock is on a row, so there must be one; version 0 is older than any.
  await connection.query(
    `INSERT INTO \`${database}\`.\`_caudal_versions\` (\`key\`, \`table_name\`, \`version\`, \`deleted\`) VALUES ? ` +
      "ON DUPLICATE KEY UPDATE `version` = `version`",
    [sorted.map((key) => [key, tables[0].name, 0, 0])],
  );
  const rows = await connection.query(
    `SELECT \`key\`, \`version\` FROM \`${database}\`.\`_caudal_versions\` ` +
      "WHERE `key` IN (?) AND `table_name` IN (?) FOR UPDATE",
    [sorted, tables.map(({ name }) => name)],
  );
  const standing = new Map<string, number>();
  for (const row of rows) {
    const key = String(row["key"]);
    standing.set(key, Math.max(standing.get(key) ?? 0, Number(row["version"])));
  }
  return standing;
}

/** Says that these versions stand now. */
export async function keepVersions(
  connection: Connection,
  { database, tables }: Tables,
  kept: readonly KeptVersion[],
): Promise<void> {
  await connection.query(
    `INSERT INTO \`${database}\`.\`_caudal_versions\` (\`key\`, \`table_name\`, \`version\`, \`deleted\`) VALUES ? ` +
      "ON DUPLICATE KEY UPDATE `version` = VALUES(`version`), `deleted` = VALUES(`deleted`)",
    [kept.map(({ key, version, removed }) => [key, tables[0].name, version, removed ? 1 : 0])],
  );
}

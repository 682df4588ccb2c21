import type { Cell } from "./columns.ts";
import type { TableShape } from "./destination.ts";
import type { Connection } from "./pool.ts";

/** What one version means for the table. */
export interface RowChange {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  /** The row by column; undefined: there is none any more. */
  readonly cells: Readonly<Record<string, Cell>> | undefined;
}

/**
 * Writes changes of different entities, inside a transaction. Says of each whether it was written; it is not where
 * that version or a newer one stands already, a removal included.
 */
export async function writeChanges(
  connection: Connection,
  shape: TableShape,
  changes: readonly RowChange[],
): Promise<readonly boolean[]> {
  const standing = await lockVersions(connection, shape, changes);
  const isNewer = ({ key, version }: RowChange): boolean => version > (standing.get(key) ?? 0);
  const newer = changes.filter(isNewer).toSorted((a, b) => (a.key < b.key ? -1 : 1));
  if (newer.length > 0) {
    await writeRows(connection, shape, newer);
    await keepVersions(connection, shape, newer);
  }
  return changes.map(isNewer);
}

/**
 * Locks the version of each key until the transaction ends, so that of two holders of an entity one comes after the
 * other, and returns what stands. Keys are locked in one order everywhere, which keeps deadlocks rare.
 */
async function lockVersions(
  connection: Connection,
  { database, table }: TableShape,
  changes: readonly RowChange[],
): Promise<ReadonlyMap<string, number>> {
  const keys = changes.map((change) => change.key).toSorted();
  // The lock is on a row, so there must be one; version 0 is older than any.
  await connection.query(
    `INSERT INTO \`${database}\`.\`_caudal_versions\` (\`key\`, \`table_name\`, \`version\`, \`deleted\`) VALUES ? ` +
      "ON DUPLICATE KEY UPDATE `version` = `version`",
    [keys.map((key) => [key, table, 0, 0])],
  );
  const rows = await connection.query(
    `SELECT \`key\`, \`version\` FROM \`${database}\`.\`_caudal_versions\` ` +
      "WHERE `key` IN (?) AND `table_name` = ? FOR UPDATE",
    [keys, table],
  );
  return new Map(rows.map((row) => [String(row["key"]), Number(row["version"])]));
}

async function writeRows(
  connection: Connection,
  { database, table, columns }: TableShape,
  changes: readonly RowChange[],
): Promise<void> {
  const gone = changes.filter((change) => change.cells === undefined).map((change) => change.id);
  if (gone.length > 0) {
    await connection.query(`DELETE FROM \`${database}\`.\`${table}\` WHERE \`id\` IN (?)`, [gone]);
  }
  const kept = changes.flatMap(({ id, version, cells }) => (cells ? [{ id, version, cells }] : []));
  if (kept.length === 0) return;
  const names = Object.keys(columns);
  const row = `(?, ?, UTC_TIMESTAMP(3)${", ?".repeat(names.length)})`;
  const own = ["version", "updated_at", ...names];
  const updates = own.map((name) => `${quote(name)} = VALUES(${quote(name)})`);
  // VALUES() is deprecated in MySQL, but what MySQL has instead, MariaDB has not. The clause answers to every unique
  // key that somebody gave the table: where that is not the id, it would alter another entity's row. Then the id
  // becomes NULL, which it cannot, and the statement fails.
  await connection.query(
    `INSERT INTO \`${database}\`.\`${table}\` (${["id", ...own].map(quote).join(", ")}) ` +
      `VALUES ${kept.map(() => row).join(", ")} ` +
      `ON DUPLICATE KEY UPDATE \`id\` = IF(\`id\` = VALUES(\`id\`), \`id\`, NULL), ${updates.join(", ")}`,
    kept.flatMap(({ id, version, cells }) => [id, version, ...names.map((name) => cells[name] ?? null)]),
  );
}

async function keepVersions(
  connection: Connection,
  { database, table }: TableShape,
  changes: readonly RowChange[],
): Promise<void> {
  await connection.query(
    `INSERT INTO \`${database}\`.\`_caudal_versions\` (\`key\`, \`table_name\`, \`version\`, \`deleted\`) VALUES ? ` +
      "ON DUPLICATE KEY UPDATE `version` = VALUES(`version`), `deleted` = VALUES(`deleted`)",
    [changes.map(({ key, version, cells }) => [key, table, version, cells ? 0 : 1])],
  );
}

function quote(name: string): string {
  return `\`${name}\``;
}

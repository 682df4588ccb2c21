import type { TableShape } from "./destination.ts";
import type { Connection } from "./pool.ts";

/** Somebody else added the column at the same moment. */
const DUPLICATE_COLUMN = 1060;

/**
 * Makes database, tables and columns that are not there yet; safe to repeat, and for several at once. A column is
 * never altered or dropped. One that is added later is NULL even if it is required: older rows have nothing in it.
 */
export async function prepareTable(connection: Connection, shape: TableShape): Promise<void> {
  const { database, table, columns } = shape;
  // CREATE DATABASE takes a right that a user of an existing database need not have.
  const [found] = await connection.query(
    "SELECT COUNT(*) AS n FROM information_schema.schemata WHERE schema_name = ?",
    [database],
  );
  if (Number(found?.["n"]) === 0) {
    await connection.query(`CREATE DATABASE IF NOT EXISTS \`${database}\` CHARACTER SET utf8mb4`);
  }
  await connection.query(
    `CREATE TABLE IF NOT EXISTS \`${database}\`.\`_caudal_versions\` (` +
      "`table_name` VARBINARY(64) NOT NULL, `key` VARBINARY(128) NOT NULL, `version` BIGINT NOT NULL, " +
      "`deleted` BOOLEAN NOT NULL, PRIMARY KEY (`key`, `table_name`)) ENGINE = InnoDB",
  );
  const definitions = Object.entries(columns).map(
    ([name, { type, required }]) => `\`${name}\` ${type} ${required ? "NOT NULL" : "NULL"}`,
  );
  await connection.query(
    `CREATE TABLE IF NOT EXISTS \`${database}\`.\`${table}\` (` +
      [
        // Compared byte by byte, as keys must be, and yet text to whoever reads it: ids are ASCII by construction.
        "`id` VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY",
        "`version` BIGINT NOT NULL",
        "`updated_at` DATETIME(3) NOT NULL",
        ...definitions,
      ].join(", ") +
      ") ENGINE = InnoDB CHARACTER SET utf8mb4",
  );
  await addMissingColumns(connection, shape);
}

async function addMissingColumns(
  connection: Connection,
  { database, table, columns }: TableShape,
): Promise<void> {
  const rows = await connection.query(
    "SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?",
    [database, table],
  );
  const present = new Set(rows.map((row) => String(row["name"])));
  for (const [name, { type }] of Object.entries(columns)) {
    if (present.has(name)) continue;
    try {
      await connection.query(`ALTER TABLE \`${database}\`.\`${table}\` ADD COLUMN \`${name}\` ${type} NULL`);
    } catch (error) {
      const taken = error instanceof Error && "errno" in error && error.errno === DUPLICATE_COLUMN;
      if (!taken) throw error;
    }
  }
}

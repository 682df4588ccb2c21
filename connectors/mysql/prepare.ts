import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { Connection } from "../../engine/mysql/pool.ts";
import type { Table } from "./table.ts";
import type { Tables } from "./versions.ts";
import type { TablePlace } from "./write-table.ts";

/** Somebody else added the column at the same moment. */
const DUPLICATE_COLUMN = 1060;

/**
 * Makes database, tables and columns that are not there yet; safe to repeat, and for several at once. A column is
 * never altered or dropped. One that is added later is NULL even if it is required: older rows have nothing in it.
 * Throws a RetryableError where a table stands already whose rows are told apart by something else.
 */
export async function prepareTables(connection: Connection, { database, tables }: Tables): Promise<void> {
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
  for (const table of tables) {
    const place = { database, table };
    await connection.query(creationOf(place));
    await checkKey(connection, place);
    await addMissingColumns(connection, place);
  }
}

function creationOf({ database, table }: TablePlace): string {
  const definitions = Object.entries(table.columns).map(
    ([name, { type, required }]) => `\`${name}\` ${type} ${required ? "NOT NULL" : "NULL"}`,
  );
  return (
    `CREATE TABLE IF NOT EXISTS \`${database}\`.\`${table.name}\` (` +
    [
      // Compared byte by byte, as keys must be, and yet text to whoever reads it: ids are ASCII by construction.
      "`id` VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL",
      "`version` BIGINT NOT NULL",
      "`updated_at` DATETIME(3) NOT NULL",
      ...definitions,
      `PRIMARY KEY (${keyOf(table)
        .map((name) => `\`${name}\``)
        .join(", ")})`,
    ].join(", ") +
    ") ENGINE = InnoDB CHARACTER SET utf8mb4"
  );
}

/**
 * Whether the table has a unique key of just the columns that tell rows apart. Without it, a row would be another's,
 * or be there twice.
 */
async function checkKey(connection: Connection, { database, table }: TablePlace): Promise<void> {
  const rows = await connection.query(
    "SELECT index_name AS i, column_name AS c FROM information_schema.statistics " +
      "WHERE table_schema = ? AND table_name = ? AND non_unique = 0",
    [database, table.name],
  );
  const keys = Map.groupBy(rows, (row) => String(row["i"]));
  const wanted = keyOf(table).toSorted().join(", ");
  const columnsOf = (parts: typeof rows): string =>
    parts
      .map((part) => String(part["c"]))
      .toSorted()
      .join(", ");
  if ([...keys.values()].some((parts) => columnsOf(parts) === wanted)) return;
  throw new RetryableError(
    `MySQL: the table ${database}.${table.name} stands already, without a unique key of (${wanted}): ` +
      "rename or drop it, or name another table in the integration; it is made, and a resync fills it",
  );
}

function keyOf({ key }: Table): readonly string[] {
  return ["id", ...key];
}

async function addMissingColumns(
  connection: Connection,
  { database, table: { name: table, columns } }: TablePlace,
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

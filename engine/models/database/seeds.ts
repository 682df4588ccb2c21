import type { SqlFaultError } from "../../errors/sql-fault-error.ts";
import type { Connection, FullConnection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { alteredColumns } from "./alter-table.ts";
import type { Change } from "./change.ts";
import { list } from "./names.ts";
import { type Orphan, orphanOf } from "./orphans.ts";
import { type Schema, sameName, type Table } from "./schema.ts";

/** Two databases of one server. */
export interface Databases {
  readonly scratch: string;
  readonly model: string;
}

/**
 * Rows of the file that the model's tables lack: all of a new table; of one with a primary key those whose key is not
 * there; of one without all as long as it is empty. Where the primary key itself changes, as many as there may be.
 */
export async function missingRows(
  connection: Connection,
  databases: Databases,
  { from, to }: { readonly from: Schema; readonly to: Schema },
): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (const table of to.tables.values()) {
    const old = from.tables.get(table.name);
    const altered = old ? alteredColumns(old, table) : [];
    const key = keyOf(table);
    const comparable = key.every(
      (name) => old?.columns.some((column) => sameName(column.name, name)) && !altered.includes(name),
    );
    const rows =
      old && comparable ? lacking(table, databases) : `FROM ${place(databases.scratch, table.name)} s`;
    const [row] = await connection.query(`SELECT COUNT(*) AS count ${rows}`);
    const count = Number(row?.["count"]);
    if (count === 0) continue;
    const sql = `INSERT INTO ${quoted(table.name)} (${list(writable(table))}) VALUES …`;
    changes.push({ what: "add rows", table: table.name, destructive: false, rows: count, sql });
  }
  return changes;
}

/**
 * Adds them, all or none. Foreign keys are looked at when all are in, so that rows may lead to each other in any order:
 * throws a SqlFaultError through `fault` where one leads nowhere.
 */
export async function addRows(
  connection: FullConnection,
  databases: Databases,
  tables: readonly Table[],
  fault: (table: Table, orphan: Orphan) => SqlFaultError,
): Promise<void> {
  await connection.query("SET SESSION foreign_key_checks = 0");
  await connection.query("START TRANSACTION");
  const filled: Table[] = [];
  for (const table of tables) {
    const columns = writable(table);
    const { rows } = await connection.write(
      `INSERT INTO ${place(databases.model, table.name)} (${list(columns)})
       SELECT ${columns.map((name) => `s.${quoted(name)}`).join(", ")} ${lacking(table, databases)}`,
    );
    if (rows > 0) filled.push(table);
  }
  for (const table of filled) {
    for (const key of table.foreignKeys) {
      const orphan = await orphanOf(connection, { table, key }, [databases.model], databases.model);
      if (orphan) throw fault(table, orphan);
    }
  }
  await connection.query("COMMIT");
  await connection.query("SET SESSION foreign_key_checks = 1");
}

/** What stands behind the SELECT of rows that are in the file (`s`) and not in the model. */
function lacking(table: Table, { scratch, model }: Databases): string {
  const key = keyOf(table);
  const [from, there] = [place(scratch, table.name), place(model, table.name)];
  if (key.length === 0) return `FROM ${from} s WHERE NOT EXISTS (SELECT 1 FROM ${there})`;
  const same = key.map((name) => `d.${quoted(name)} = s.${quoted(name)}`).join(" AND ");
  return `FROM ${from} s WHERE NOT EXISTS (SELECT 1 FROM ${there} d WHERE ${same})`;
}

function keyOf(table: Table): readonly string[] {
  return table.keys.find(({ name }) => name === "PRIMARY")?.columns ?? [];
}

function writable(table: Table): readonly string[] {
  return table.columns.filter(({ generated }) => !generated).map(({ name }) => name);
}

function place(database: string, table: string): string {
  return `${quoted(database)}.${quoted(table)}`;
}

import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Connection } from "../../engine/mysql/pool.ts";

/** A column of a table. */
export interface TargetColumn {
  /** As the table writes it. */
  readonly name: string;
  /** `varchar(20)`, `int(10) unsigned`. */
  readonly type: string;
  readonly nullable: boolean;
  /** Worked out from others: nobody writes it. */
  readonly generated: boolean;
}

/** A table of a business model. */
export interface TargetTable {
  readonly name: string;
  readonly columns: readonly TargetColumn[];
  /** Names of the columns of its primary key, in its order. */
  readonly key: readonly string[];
}

/**
 * What the server says of a table in the connection's database. Throws a PermanentError, which names those that there
 * are, where it is none, and where it has no primary key.
 */
export async function targetTable(connection: Connection, name: string): Promise<TargetTable> {
  const tables = await connection.query(
    `SELECT table_name AS name FROM information_schema.tables
     WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE' ORDER BY table_name`,
  );
  const names = tables.map((row) => String(row["name"])).filter((each) => !each.startsWith("_"));
  if (!names.includes(name)) {
    throw new PermanentError(`the model has no table "${name}"; it has ${names.join(", ") || "none"}`);
  }
  const columns = await connection.query(
    `SELECT column_name AS name, column_type AS type, is_nullable AS nullable, extra AS extra
     FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
    [name],
  );
  const key = await connection.query(
    `SELECT column_name AS name FROM information_schema.statistics
     WHERE table_schema = DATABASE() AND table_name = ? AND index_name = 'PRIMARY' ORDER BY seq_in_index`,
    [name],
  );
  if (key.length === 0) throw new PermanentError(`the table "${name}" has no primary key`);
  return {
    name,
    columns: columns.map((row) => ({
      name: String(row["name"]),
      type: String(row["type"]).toLowerCase(),
      nullable: row["nullable"] === "YES",
      generated: /\b(VIRTUAL|STORED) GENERATED/i.test(String(row["extra"])),
    })),
    key: key.map((row) => String(row["name"])),
  };
}

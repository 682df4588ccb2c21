import { PermanentError } from "../../errors/permanent-error.ts";
import { numberOf } from "../../mysql/errors.ts";
import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { DATASETS, tableName } from "../dataset.ts";

/** The column by which an upsert knows rows, and the name of its index: a hash, since keys may have any length. */
const KEY = "_key";

/** ER_DUP_ENTRY. */
const DUPLICATE = 1062;

/**
 * The definition of the column: the SHA-256 of the key's cells, each behind its length, so that no two keys are written
 * alike. It is worked out when it is asked for; only its index takes room.
 */
function definition(key: readonly string[]): string {
  const cells = key.map((name) => `LENGTH(${quoted(name)}), ':', ${quoted(name)}`).join(", ");
  return `${KEY} BINARY(32) GENERATED ALWAYS AS (UNHEX(SHA2(CONCAT(${cells}), 256))) VIRTUAL`;
}

/** The key as part of a new table's definition. */
export function keyBeside(key: readonly string[]): string {
  return `, ${definition(key)}, UNIQUE KEY ${KEY} (${KEY})`;
}

/**
 * Gives a table the key that it had not. Throws a PermanentError where rows of it share one. A change of the table's
 * definition cannot be part of a transaction: one that an earlier try left behind is made anew.
 */
export async function addKey(connection: Connection, table: string, key: readonly string[]): Promise<void> {
  const left = await connection.query(
    "SELECT 1 FROM information_schema.columns WHERE table_schema = ? AND table_name = ? AND column_name = ?",
    [DATASETS, table, KEY],
  );
  const drop = left.length > 0 ? `DROP COLUMN ${KEY}` : undefined;
  if (drop !== undefined) await connection.query(`ALTER TABLE ${tableName(table)} ${drop}`);
  await connection.query(`ALTER TABLE ${tableName(table)} ADD COLUMN ${definition(key)}`);
  try {
    await connection.query(`CREATE UNIQUE INDEX ${KEY} ON ${tableName(table)} (${KEY})`);
  } catch (error) {
    if (numberOf(error) !== DUPLICATE) throw error;
    await connection.query(`ALTER TABLE ${tableName(table)} DROP COLUMN ${KEY}`);
    throw new PermanentError(
      `rows of the table "${table}" have the same ${key.join(",")}: that can be no key; take another, or mode=replace`,
      { cause: error },
    );
  }
}

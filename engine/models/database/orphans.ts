import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import type { Added } from "./foreign-keys.ts";
import { list } from "./names.ts";

/** The values of a row that lead nowhere. */
export interface Orphan extends Added {
  readonly values: readonly string[];
}

/**
 * A row of a table in the model's database that leads, by that foreign key, to none in the databases that have the other
 * table; undefined where there is none.
 */
export async function orphanOf(
  connection: Connection,
  { table, key }: Added,
  parents: readonly string[],
  model: string,
): Promise<Orphan | undefined> {
  const leads = parents.map((database) => {
    const same = key.columns.map(
      (name, at) => `p.${quoted(key.parentColumns[at] ?? "")} = c.${quoted(name)}`,
    );
    return `NOT EXISTS (SELECT 1 FROM ${quoted(database)}.${quoted(key.parent)} p WHERE ${same.join(" AND ")})`;
  });
  const filled = key.columns.map((name) => `c.${quoted(name)} IS NOT NULL`);
  const [row] = await connection.query(
    `SELECT ${list(key.columns)} FROM ${quoted(model)}.${quoted(table.name)} c
     WHERE ${[...filled, ...leads].join(" AND ")} LIMIT 1`,
  );
  return row && { table, key, values: Object.values(row).map((value) => String(value).slice(0, 100)) };
}

/** What is wrong with it. */
export function saysOf({ table, key, values }: Orphan): string {
  const from = `${table.name} (${key.columns.join(", ")})`;
  return `${from} has ${values.join(", ")}, which is not in ${key.parent} (${key.parentColumns.join(", ")})`;
}

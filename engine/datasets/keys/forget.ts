import type { Connection } from "../../mysql/pool.ts";
import { tableName } from "../dataset.ts";
import { ASKED } from "./asked.ts";

/** Forgets what was asked of a dataset and what was seen in it, which includes values of it; for one that is deleted. */
export async function forgetKeys(connection: Connection, table: string): Promise<void> {
  await connection.query(`DELETE FROM ${ASKED} WHERE dataset = ?`, [table]);
  await connection.query(`DELETE FROM ${tableName("_profiles")} WHERE dataset = ?`, [table]);
}

import type { Connection } from "../../mysql/pool.ts";
import { ROW, tableName } from "../dataset.ts";

/** A sample: so many stretches of a table, each so many rows long. */
const STRETCHES = 20;
const STRETCH_ROWS = 1_000;

/** What holds for the rows of a sample, which stand in stretches from the table's first row to its last. */
export async function sampleOf(connection: Connection, table: string): Promise<string> {
  const [row] = await connection.query(
    `SELECT COALESCE(MIN(${ROW}), 0) AS first_row, COALESCE(MAX(${ROW}), 0) AS last_row FROM ${tableName(table)}`,
  );
  return stretches(Number(row?.["first_row"]), Number(row?.["last_row"]));
}

/** The condition that holds for stretches of the rows between two. */
export function stretches(first: number, last: number): string {
  if (last - first < STRETCHES * STRETCH_ROWS) return `${ROW} BETWEEN ${first} AND ${last}`;
  const span = last - first + 1 - STRETCH_ROWS;
  return Array.from({ length: STRETCHES }, (_, index) => {
    const from = first + Math.floor((index * span) / (STRETCHES - 1));
    return `${ROW} BETWEEN ${from} AND ${from + STRETCH_ROWS - 1}`;
  }).join(" OR ");
}

/**
 * How many different values there are among `all`, where a sample had `different` ones in `seen`, of which `once` came
 * once. The Guaranteed-Error Estimator (Charikar, Chaudhuri, Motwani, Narasayya: Towards Estimation Error Guarantees
 * for Distinct Values, 2000): a value that came once stands for √(all ÷ seen). Where all came once, all are different.
 */
export function estimateDistinct(
  { different, seen, once }: { readonly different: number; readonly seen: number; readonly once: number },
  all: number,
): number {
  if (seen === 0) return 0;
  if (once === seen) return all;
  const estimate = Math.round(Math.sqrt(Math.max(1, all / seen)) * once) + different - once;
  return Math.min(all, Math.max(different, estimate));
}

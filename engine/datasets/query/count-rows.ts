import { quoted } from "../../mysql/quoted.ts";
import { tableName, type Dataset } from "../dataset.ts";
import { OverTimeError, selectWithin } from "./bounded.ts";
import type { Total } from "./cursor.ts";
import type { Ground } from "./find-rows.ts";
import { planOf, SCANNED } from "./plan.ts";
import type { Question } from "./question.ts";
import type { Sql } from "./sql.ts";

/** So many matches are counted, more are estimated. */
const COUNTED = 100_000;

/** How long it may take to count, in milliseconds, by an index that may be the wrong one and by a scan. */
const TRIAL_MS = 300;
const COUNT_MS = 2_000;

/**
 * How many rows match: counted up to 100,000, beyond that as the server estimates, and where counting takes longer than
 * two seconds. Without filters, what the registry says.
 */
export async function countRows(question: Question, dataset: Dataset, ground: Ground): Promise<Total> {
  const { where, shape } = question;
  if (where.text === "TRUE") return { count: dataset.rows, is: "exact" };
  // Rows have no order here, so that only filters count.
  const { index, covers } = planOf({ ...shape, sort: undefined }, ground.keys);
  const tries = covers || index === SCANNED ? [index] : [index, SCANNED];
  for (const each of tries) {
    const isLast = each === tries.at(-1);
    const counted = await countWithin(where, each, isLast ? COUNT_MS : TRIAL_MS, ground);
    if (counted === undefined) continue;
    if (counted <= COUNTED) return { count: counted, is: "exact" };
    return estimated(await estimate(where, index, ground), COUNTED + 1, dataset);
  }
  return estimated(await estimate(where, index, ground), 0, dataset);
}

function estimated(count: number, least: number, { rows }: Dataset): Total {
  return { count: Math.max(Math.min(count, rows), least), is: "estimate" };
}

/** Matches, one more than counted at most; undefined where it takes longer. */
async function countWithin(
  where: Sql,
  index: string,
  ms: number,
  { connection, flavour, table }: Ground,
): Promise<number | undefined> {
  const text = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${from(table, index)} WHERE ${where.text} LIMIT ?) AS matches`;
  try {
    const [row] = await selectWithin(
      connection,
      { text, values: [...where.values, COUNTED + 1] },
      ms,
      flavour,
    );
    return Number(row?.["n"] ?? 0);
  } catch (error) {
    if (error instanceof OverTimeError) return undefined;
    throw error;
  }
}

/** How many rows the server's optimizer takes to match. */
async function estimate(where: Sql, index: string, { connection, flavour, table }: Ground): Promise<number> {
  // Only so does MariaDB tell which share of the rows is left after the filters.
  const explain = flavour === "mariadb" ? "EXPLAIN EXTENDED" : "EXPLAIN";
  const text = `${explain} SELECT 1 FROM ${from(table, index)} WHERE ${where.text}`;
  const [row] = await connection.query(text, where.values);
  return Math.round((Number(row?.["rows"] ?? 0) * Number(row?.["filtered"] ?? 100)) / 100);
}

function from(table: string, index: string): string {
  return `${tableName(table)} FORCE INDEX (${quoted(index)})`;
}

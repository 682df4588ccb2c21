import type { Connection, Row } from "../../mysql/pool.ts";
import { numberOf } from "../../mysql/errors.ts";
import type { Sql } from "./sql.ts";

/** Whose server it is: they bound a statement's time in different words. */
export type Flavour = "mariadb" | "mysql";

/** ER_STATEMENT_TIMEOUT of MariaDB, ER_QUERY_TIMEOUT of MySQL. */
const TIMEOUTS: readonly number[] = [1969, 3024];

/** A statement took longer than it may, in milliseconds. */
export class OverTimeError extends Error {
  override readonly name = "OverTimeError";
  readonly ms: number;

  constructor(ms: number, cause: unknown) {
    super(`a statement took longer than ${ms} ms`, { cause });
    this.ms = ms;
  }
}

/** Asks a server whose it is. */
export async function readFlavour(connection: Connection): Promise<Flavour> {
  const [row] = await connection.query("SELECT VERSION() AS version");
  return /mariadb/i.test(String(row?.["version"])) ? "mariadb" : "mysql";
}

/** A SELECT that its server ends after so many milliseconds. */
export function bounded(select: string, ms: number, flavour: Flavour): string {
  return flavour === "mariadb"
    ? `SET STATEMENT max_statement_time = ${ms / 1_000} FOR ${select}`
    : select.replace(/^SELECT\b/, `SELECT /*+ MAX_EXECUTION_TIME(${ms}) */`);
}

/** Runs a SELECT for so long at most. Throws an OverTimeError. */
export async function selectWithin(
  connection: Connection,
  { text, values }: Sql,
  ms: number,
  flavour: Flavour,
): Promise<readonly Row[]> {
  try {
    return await connection.query(bounded(text, ms, flavour), values);
  } catch (error) {
    if (isOverTime(error)) throw new OverTimeError(ms, error);
    throw error;
  }
}

/** Whether a server ended a statement because its time was over. */
export function isOverTime(error: unknown): boolean {
  return TIMEOUTS.includes(numberOf(error));
}

import { SqlFaultError } from "../../errors/sql-fault-error.ts";
import type { Connection } from "../../mysql/pool.ts";
import type { ModelStatement } from "../sql/statement.ts";
import type { Scratch } from "./scratch.ts";
import { serverFault } from "./server-fault.ts";

/** For one statement of a file, in milliseconds. */
export const STATEMENT_MS = 20_000;

/** For all of them together, in milliseconds. */
const FILE_MS = 120_000;

/**
 * Runs a file in its scratch database, one statement after the other. Throws a SqlFaultError with the line of the first
 * that the server refuses, an UnavailableError where the server cannot be asked.
 */
export async function runFile(
  connection: Connection,
  { database }: Scratch,
  statements: readonly ModelStatement[],
): Promise<void> {
  const until = Date.now() + FILE_MS;
  for (const { text, line } of statements) {
    if (Date.now() > until) {
      const reason = `the statements before this took ${FILE_MS / 1000} seconds together: a file has to be quicker`;
      throw new SqlFaultError([{ line, reason }]);
    }
    try {
      await connection.query(text);
    } catch (error) {
      throw serverFault(error, line, { hidden: [database], limitMs: STATEMENT_MS });
    }
  }
}

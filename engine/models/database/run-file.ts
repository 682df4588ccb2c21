import type { Connection } from "../../mysql/pool.ts";
import type { ModelStatement } from "../sql/statement.ts";
import type { Scratch } from "./scratch.ts";
import { serverFault } from "./server-fault.ts";

/** For one statement of a file, in milliseconds. */
export const STATEMENT_MS = 20_000;

/**
 * Runs a file in its scratch database, one statement after the other. Throws a SqlFaultError with the line of the first
 * that the server refuses, an UnavailableError where the server cannot be asked.
 */
export async function runFile(
  connection: Connection,
  { database }: Scratch,
  statements: readonly ModelStatement[],
): Promise<void> {
  for (const { text, line } of statements) {
    try {
      await connection.query(text);
    } catch (error) {
      throw serverFault(error, line, { hidden: [database], limitMs: STATEMENT_MS });
    }
  }
}

import { SqlFaultError } from "../../errors/sql-fault-error.ts";
import { UnavailableError } from "../../errors/unavailable-error.ts";
import {
  codeOf,
  isDeadlock,
  isLockWait,
  leavesConnectionSound,
  numberOf,
  stateOf,
} from "../../mysql/errors.ts";

/** ER_STATEMENT_TIMEOUT of MariaDB, ER_QUERY_TIMEOUT of MySQL. */
const TIMEOUTS = [1969, 3024];
/** Too many connections; the server stops; interrupted; the disk is full; too much of something; read only. */
const TROUBLES = [1040, 1053, 1317, 1021, 1114, 1203, 1226, 1290, 1836];

/**
 * What an error of the server says of a file: a SqlFaultError where the file is at fault, at that line, without the
 * names that only we know; an UnavailableError where the server is; anything else as it is.
 */
export function serverFault(
  error: unknown,
  line: number,
  {
    of,
    hidden,
    limitMs,
  }: { readonly of?: string; readonly hidden: readonly string[]; readonly limitMs: number },
): unknown {
  if (!(error instanceof Error) || error instanceof SqlFaultError || error instanceof UnavailableError)
    return error;
  const fault = (reason: string): SqlFaultError =>
    new SqlFaultError([{ line, reason: of === undefined ? reason : `${of}: ${reason}` }]);
  const timedOut = "code" in error && error.code === "PROTOCOL_SEQUENCE_TIMEOUT";
  if (timedOut || TIMEOUTS.includes(numberOf(error))) {
    return fault(`takes longer than ${Math.round(limitMs / 1000)} seconds`);
  }
  const trouble = serverTrouble(error, of);
  if (trouble !== error) return trouble;
  return stateOf(error) === "" ? error : fault(shown(error.message, hidden));
}

/** An UnavailableError for what says that the server is not there or busy, anything else as it is. */
export function serverTrouble(error: unknown, of = "a table"): unknown {
  if (!(error instanceof Error)) return error;
  if (isLockWait(error) || isDeadlock(error)) {
    return new UnavailableError(`MySQL: ${of} is in use`, { cause: error });
  }
  const hasNoAnswer = "code" in error && !leavesConnectionSound(error);
  return hasNoAnswer || TROUBLES.includes(numberOf(error))
    ? new UnavailableError(`MySQL: ${error.message || codeOf(error)}`, { cause: error })
    : error;
}

function shown(message: string, hidden: readonly string[]): string {
  let text = message.replaceAll(/(?:user )?'caudal_up_\w+'@'[^']*'/g, "the upload");
  for (const name of hidden) {
    text = text.replaceAll(`\`${name}\`.`, "").replaceAll(`${name}.`, "").replaceAll(name, "the database");
  }
  return text.replace(/\.$/, "").slice(0, 500);
}

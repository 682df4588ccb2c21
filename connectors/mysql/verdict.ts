import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { type AttemptEvidence, RetryableError } from "../../engine/errors/retryable-error.ts";
import type { Blame } from "./batcher.ts";

/**
 * Errors about the row itself outside the SQLSTATE classes for that: data truncated, no default value, incorrect
 * value, packet too large, CHECK constraint (MySQL).
 * Source: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 */
const DATA_ERRORS = new Set([1265, 1364, 1366, 1153, 3819]);
/** ER_LOCK_WAIT_TIMEOUT: a lock did not come free in time. */
const LOCK_WAIT = 1205;
/** ER_LOCK_DEADLOCK: of two transactions that wait for each other, this one was rolled back. */
const DEADLOCK = 1213;

/**
 * What an error of MySQL means for a delivery: a PermanentError where the row does not fit (SQLSTATE classes 22 and
 * 23), a RetryableError for everything else. A missing table or right is mended by an operator, so it is retryable.
 * Where somebody else's locks were in the way, the server is well, and the error is the delivery's own.
 */
export function verdictOf(error: unknown, evidence: AttemptEvidence = {}): RetryableError | PermanentError {
  const message = error instanceof Error ? error.message || codeOf(error) : String(error);
  if (error instanceof PermanentError || isDataError(error)) {
    return new PermanentError(message, { ...evidence, cause: error });
  }
  const where = error instanceof RetryableError || error instanceof InvalidSettingError ? "" : "MySQL: ";
  const own = isDeadlock(error) || isLockWait(error);
  return new RetryableError(`${where}${message}`, { ...evidence, own, cause: error });
}

/** Whether a transaction was rolled back because of a deadlock. */
export function isDeadlock(error: unknown): boolean {
  return numberOf(error) === DEADLOCK;
}

/** Whether a lock did not come free in time. */
export function isLockWait(error: unknown): boolean {
  return numberOf(error) === LOCK_WAIT;
}

/** Whose fault it is that a transaction of several rows failed. */
export function blame(error: unknown): Blame {
  if (isDataError(error)) return "item";
  // Other rows of the same transaction may be without fault.
  return isDeadlock(error) || isLockWait(error) ? "company" : "server";
}

/** Whether the connection is still in step after an error: the server itself refused a statement. */
export function leavesConnectionSound(error: unknown): boolean {
  return stateOf(error) !== "" && !isFatal(error);
}

function isDataError(error: unknown): boolean {
  return /^2[23]/.test(stateOf(error)) || DATA_ERRORS.has(numberOf(error));
}

function stateOf(error: unknown): string {
  return error instanceof Error && "sqlState" in error && typeof error.sqlState === "string"
    ? error.sqlState
    : "";
}

function numberOf(error: unknown): number {
  return error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : 0;
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && "fatal" in error && error.fatal === true;
}

/** An AggregateError (both addresses of a host refused, say) has no message, only a code. */
function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

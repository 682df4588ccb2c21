import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { type AttemptEvidence, RetryableError } from "../../engine/errors/retryable-error.ts";
import { codeOf, isDeadlock, isLockWait, numberOf, stateOf } from "../../engine/mysql/errors.ts";
import type { Blame } from "./batcher.ts";

/**
 * Errors about the row itself outside the SQLSTATE classes for that: data truncated, no default value, incorrect
 * value, packet too large, CHECK constraint (MySQL).
 * Source: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html
 */
const DATA_ERRORS = new Set([1265, 1364, 1366, 1153, 3819]);

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

/** Whose fault it is that a transaction of several rows failed. */
export function blame(error: unknown): Blame {
  if (isDataError(error)) return "item";
  // Other rows of the same transaction may be without fault.
  return isDeadlock(error) || isLockWait(error) ? "company" : "server";
}

function isDataError(error: unknown): boolean {
  return /^2[23]/.test(stateOf(error)) || DATA_ERRORS.has(numberOf(error));
}

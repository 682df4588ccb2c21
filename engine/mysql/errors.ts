/** ER_LOCK_WAIT_TIMEOUT: a lock did not come free in time. */
const LOCK_WAIT = 1205;
/** ER_LOCK_DEADLOCK: of two transactions that wait for each other, this one was rolled back. */
const DEADLOCK = 1213;

/** Whether a transaction was rolled back because of a deadlock. */
export function isDeadlock(error: unknown): boolean {
  return numberOf(error) === DEADLOCK;
}

/** Whether a lock did not come free in time. */
export function isLockWait(error: unknown): boolean {
  return numberOf(error) === LOCK_WAIT;
}

/** Whether the connection is still in step after an error: the server itself refused a statement. */
export function leavesConnectionSound(error: unknown): boolean {
  return stateOf(error) !== "" && !isFatal(error);
}

/** The SQLSTATE of an error; empty where the server gave none. */
export function stateOf(error: unknown): string {
  return error instanceof Error && "sqlState" in error && typeof error.sqlState === "string"
    ? error.sqlState
    : "";
}

/** The number of an error of the server; 0 where it gave none. */
export function numberOf(error: unknown): number {
  return error instanceof Error && "errno" in error && typeof error.errno === "number" ? error.errno : 0;
}

function isFatal(error: unknown): boolean {
  return error instanceof Error && "fatal" in error && error.fatal === true;
}

/** What names an error without a message: an AggregateError (both addresses of a host refused, say) has only a code. */
export function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

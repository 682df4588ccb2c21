import { ExponentialBackoff, handleWhen, retry, wrap } from "cockatiel";
import { isDeadlock, isLockWait } from "../../engine/mysql/errors.ts";

/** A deadlock tells at once, and hardly ever comes twice: up to five more times, after some 20 to 500 ms each. */
const deadlocks = retry(handleWhen(isDeadlock), {
  maxAttempts: 5,
  backoff: new ExponentialBackoff({ initialDelay: 20, maxDelay: 500 }),
});
/** A wait for a lock took seconds already, and everything behind it waits as well: once more. */
const waits = retry(handleWhen(isLockWait), {
  maxAttempts: 1,
  backoff: new ExponentialBackoff({ initialDelay: 50, maxDelay: 500 }),
});

/**
 * Repeats a transaction that came to nothing because of somebody else's locks, with jitter between the attempts, and
 * then throws what the last one threw. A wait for a lock is repeated only when the transaction is about one entity
 * (`alone`): of several, most can go on without the one that is held.
 */
export function pastLocks<T>(alone: boolean, transaction: () => Promise<T>): Promise<T> {
  return (alone ? wrap(waits, deadlocks) : deadlocks).execute(transaction);
}

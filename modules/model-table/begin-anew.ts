import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { isDeadlock, isLockWait } from "../../engine/mysql/errors.ts";

/** How often a transaction is done again. */
const MOST_TRIES = 6;

/**
 * Does a transaction, and does it again where it met another's locks, those of the model's job, say, and was undone:
 * from 200 ms to 5 s apart, six times at most. Any other error is thrown at once.
 */
export function beganAnew<T>(
  work: () => Promise<T>,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<T> {
  const policy = retry(
    handleWhen((error) => isDeadlock(error) || isLockWait(error)),
    {
      maxAttempts: MOST_TRIES,
      backoff: new ExponentialBackoff({ initialDelay: 200, maxDelay: 5_000 }),
    },
  );
  policy.onFailure(({ handled, reason }) => {
    if (handled && "error" in reason) log(`begins anew: ${reason.error.message}`);
  });
  return policy.execute(work, signal);
}

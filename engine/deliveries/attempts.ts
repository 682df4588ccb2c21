import { DelegateBackoff, handleType, retry } from "cockatiel";
import { RetryableError } from "../errors/retryable-error.ts";

/** Attempts while one message is held. */
const MAX_ATTEMPTS = 5;
/** A longer wait than this does not hold a function; a destination that asks for one is paused. */
export const LONGEST_WAIT_MS = 20_000;
/** An attempt ends before the lock of its message (one minute) can be lost. */
const ATTEMPT_MS = 45_000;

/**
 * Repeats an attempt that ends in a RetryableError: exponentially from 200 ms with full jitter, or after the time
 * that the destination asked for, at most 20 s either way. Throws the last RetryableError when five did not do, and
 * everything else at once.
 */
export async function attemptUntilSettled<T>(attempt: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const backoff = new DelegateBackoff((context: { attempt: number; result: object }) => {
    const error = "error" in context.result ? context.result.error : undefined;
    const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
    return Math.min(asked ?? waitMs(context.attempt), LONGEST_WAIT_MS);
  });
  const policy = retry(handleType(RetryableError), { maxAttempts: MAX_ATTEMPTS - 1, backoff });
  return policy.execute(() => attempt(AbortSignal.timeout(ATTEMPT_MS)));
}

/** Full jitter below 200 ms, doubled with each attempt, up to the longest wait. */
function waitMs(attempt: number): number {
  return Math.random() * Math.min(200 * 2 ** attempt, LONGEST_WAIT_MS);
}

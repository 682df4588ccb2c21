import { DelegateBackoff, handleType, retry } from "cockatiel";
import { RetryableError } from "../errors/retryable-error.ts";

/** Attempts while one message is held; then it returns to its subscription, and comes again. */
const MAX_ATTEMPTS = 5;
/** A longer wait than this does not hold a function. */
const MAX_WAIT_MS = 20_000;
/** An attempt ends before the lock of its message (one minute) can be lost. */
const ATTEMPT_MS = 45_000;

/**
 * Repeats an attempt that ends in a RetryableError: exponentially from 200 ms with full jitter, or after the time
 * that the destination asked for, at most 20 s either way. Where the same work came before (`round` counts from 1),
 * the waits begin where those of the round before were: what stays down is asked ever more seldom. Throws the last
 * RetryableError when five did not do, and everything else at once.
 */
export async function attemptUntilSettled<T>(
  round: number,
  attempt: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const backoff = new DelegateBackoff((context: { attempt: number; result: object }) => {
    const error = "error" in context.result ? context.result.error : undefined;
    const asked = error instanceof RetryableError ? error.retryAfterMs : undefined;
    return Math.min(asked ?? waitMs(round, context.attempt), MAX_WAIT_MS);
  });
  const policy = retry(handleType(RetryableError), { maxAttempts: MAX_ATTEMPTS - 1, backoff });
  return policy.execute(() => attempt(AbortSignal.timeout(ATTEMPT_MS)));
}

/** Full jitter below 200 ms, doubled with each attempt and each round, up to the longest wait. */
function waitMs(round: number, attempt: number): number {
  const doublings = Math.min(attempt + (round - 1) * (MAX_ATTEMPTS - 1), 10);
  return Math.random() * Math.min(200 * 2 ** doublings, MAX_WAIT_MS);
}

import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { ContendedError } from "../errors/contended-error.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { Log } from "../ports.ts";

/**
 * Repeats `work` while the infrastructure under it fails: with jitter, from 100 ms to 20 s apart, some four minutes
 * in all, under the message's lock renewal; then the error goes to the caller, whose message returns to the queue.
 * What repeating cannot mend (TooLargeError, ContendedError) is thrown at once.
 */
export async function withPatience<T>(log: Log, what: string, work: () => Promise<T>): Promise<T> {
  const policy = retry(
    handleWhen((error) => !(error instanceof TooLargeError || error instanceof ContendedError)),
    { maxAttempts: 18, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 20_000 }) },
  );
  policy.onFailure(({ reason }) => {
    const error = "error" in reason ? reason.error : undefined;
    log("warn", `${what} failed and is tried again`, { error: error?.message });
  });
  return policy.execute(work);
}

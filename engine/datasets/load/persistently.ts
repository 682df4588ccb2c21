import { ExponentialBackoff, handleWhen, retry } from "cockatiel";
import { CancelledError } from "../../errors/cancelled-error.ts";
import { LoadEndedError } from "../../errors/load-ended-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import { codeOf, stateOf } from "../../mysql/errors.ts";
import type { Log } from "../../ports.ts";

/** Ends of a load, which no repeating mends. */
const ENDS = [PermanentError, LoadEndedError, CancelledError];

/**
 * Repeats `work` while what is under it fails: from 100 ms to 10 s apart, about a minute in all; then the error goes to
 * the caller, whose message comes again. What the server refused for good (a value, a statement, a right) becomes a
 * PermanentError with its words, and is thrown at once, as is every other end.
 */
export async function persistently<T>(log: Log, what: string, work: () => Promise<T>): Promise<T> {
  const policy = retry(
    handleWhen((error) => !ENDS.some((end) => error instanceof end)),
    { maxAttempts: 12, backoff: new ExponentialBackoff({ initialDelay: 100, maxDelay: 10_000 }) },
  );
  policy.onFailure(({ reason, handled }) => {
    const error = "error" in reason ? reason.error : undefined;
    if (handled && error) {
      log("warn", `${what} failed and is tried again`, { error: error.message || codeOf(error) });
    }
  });
  return policy.execute(() => refusalsAsEnds(work));
}

/** Classes of SQLSTATE with which a server refuses what it would refuse again: data, syntax and rights. */
const FOR_GOOD = /^(21|22|42)/;

/** No such table, which is so for a moment where another host ends the load, and a statement that took too long. */
const PASSING = new Set(["42S02", "70100"]);

async function refusalsAsEnds<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const state = stateOf(error);
    if (!(error instanceof Error) || !FOR_GOOD.test(state) || PASSING.has(state)) throw error;
    throw new PermanentError(`MySQL: ${error.message}`, { cause: error });
  }
}

import { setTimeout as sleep } from "node:timers/promises";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Documents } from "../../engine/ports.ts";
import { readRun, type Run } from "../../engine/runs/run.ts";

/** How often the load's run is looked at, in milliseconds. */
const EVERY_MS = 1_000;

/** How the end of a load is waited for. */
export interface Waiting {
  readonly documents: Pick<Documents, "read">;
  readonly signal: AbortSignal;
  /** Called with each look at a load that goes on. */
  readonly progress: (run: Run) => void;
  /** Default: every second. */
  readonly everyMs?: number | undefined;
}

/**
 * Waits for the end of a load and gives its run. Rejects with a PermanentError where it did not succeed, or has no
 * run, with the signal's reason, and when the store fails.
 */
export async function awaitLoad(
  run: string,
  { documents, signal, progress, everyMs = EVERY_MS }: Waiting,
): Promise<Run> {
  for (;;) {
    signal.throwIfAborted();
    const known = await readRun(documents as Documents, run);
    if (!known) throw new PermanentError(`the run ${run} of the load is not on record any more`);
    if (known.endedAt !== undefined) return succeeded(known);
    progress(known);
    try {
      await sleep(everyMs, undefined, { signal });
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  }
}

function succeeded(run: Run): Run {
  if (run.status === "succeeded") return run;
  const why = run.error ?? (run.status === "cancelled" ? "it was cancelled" : `it ended as ${run.status}`);
  throw new PermanentError(`the load ${run.run} into "${run.name}" failed: ${why}`);
}

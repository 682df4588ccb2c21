import { CancelledError } from "../../errors/cancelled-error.ts";
import { LeaseLostError } from "../../errors/lease-lost-error.ts";
import type { Ports } from "../../ports.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { readSequenceRun } from "./sequence-run.ts";

/** How often a worker looks whether its step is still its own, and wanted. */
export const BEAT_MS = 5_000;

/** A step that a worker holds. */
export interface HeldStep {
  /** Aborts with a LeaseLostError, or with a CancelledError where somebody wants the run to end. */
  readonly signal: AbortSignal;
  stop(): void;
}

/**
 * Looks every {@link BEAT_MS}, until it is stopped, whether a worker's step was taken over or its run is to end. While the
 * store cannot be read the step goes on: nobody can take it over then.
 */
export function holdStep(
  { documents, log }: Pick<Ports, "documents" | "log">,
  { run, worker }: { readonly run: string; readonly worker: string },
): HeldStep {
  const control = new AbortController();
  let looking = false;
  const look = async (): Promise<void> => {
    looking = true;
    try {
      await heedCancellation(documents, run);
      const stored = await readSequenceRun(documents, run);
      if (stored?.item.state.worker !== worker) throw new LeaseLostError();
    } catch (error) {
      if (error instanceof LeaseLostError || error instanceof CancelledError) {
        clearInterval(timer);
        return control.abort(error);
      }
      const { message } = error instanceof Error ? error : new Error(String(error));
      log("warn", "a step at work could not be looked after", { run, error: message });
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => {
    if (!looking) void look();
  }, BEAT_MS);
  return { signal: control.signal, stop: () => clearInterval(timer) };
}

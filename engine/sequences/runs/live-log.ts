import type { Ports } from "../../ports.ts";
import { type StepRecord, stepId } from "./step-record.ts";
import type { StepPlace } from "./sequence-run.ts";

/** How often the log of a step at work is written at most. */
export const LOG_MS = 2_000;

/** Most characters of it that are kept: its end. */
const KEPT = 64 * 1024;

/** The log of a step at work, as far as it was heard. */
export interface LiveLog {
  /** Takes all of the log so far. */
  hear(log: string): void;
  /** Writes no more. */
  stop(): void;
}

/**
 * Writes what is heard of a step into its record, as long as the step is the worker's: no more often than every
 * {@link LOG_MS}, and only the newest. What cannot be written is left out: the end has all of it.
 */
export function liveLog(
  { documents, log }: Pick<Ports, "documents" | "log">,
  { run, at, worker }: { readonly run: string; readonly at: StepPlace; readonly worker: string },
): LiveLog {
  let heard: string | undefined;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const write = async (output: string): Promise<void> => {
    try {
      const stored = await documents.read<StepRecord>("operations", run, stepId(at));
      if (stored?.item.worker !== worker || stopped) return;
      const item: StepRecord = { ...stored.item, output };
      await documents.write("operations", run, [{ op: "replace", item, etag: stored.etag }]);
    } catch (error) {
      const { message } = error instanceof Error ? error : new Error(String(error));
      log("debug", "the log of a step at work could not be written", { run, error: message });
    }
  };
  const next = async (): Promise<void> => {
    const output = heard;
    heard = undefined;
    if (output !== undefined) await write(output);
    timer = undefined;
    if (heard !== undefined) plan();
  };
  const plan = (): void => {
    if (!stopped) timer ??= setTimeout(() => void next(), LOG_MS);
  };
  return {
    hear(text) {
      heard = text.length <= KEPT ? text : text.slice(-KEPT).toWellFormed();
      plan();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

import { CancelledError } from "../../errors/cancelled-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { StepEnd, StepOrder } from "../step.ts";
import type { SequenceWork } from "./sequence-work.ts";
import type { StepRecord } from "./step-record.ts";

/** How a call that worked on a step came to its end. */
export type HowEnded =
  | { readonly how: "succeeded"; readonly end: StepEnd; readonly key: string | undefined }
  | { readonly how: "reused"; readonly earlier: StepRecord }
  | { readonly how: "failed"; readonly reason: string; readonly retryable: boolean; readonly end?: StepEnd }
  | { readonly how: "cancelled"; readonly end: StepEnd }
  /** Another worker has it, or the run ended: it is not ours to say how. */
  | { readonly how: "lost" }
  | { readonly how: "shut-down" }
  /** Store or blobs failed under it. */
  | { readonly how: "interrupted"; readonly reason: string };

/**
 * Does one attempt at a step, unless `earlier`, the record of that step in the run that this one does again, is of the same
 * key: then that stands. Resolves however it ended.
 */
export async function doStep(
  { runner, ports: { log } }: Pick<SequenceWork, "runner" | "ports">,
  order: StepOrder,
  earlier: StepRecord | undefined,
  signals: { readonly held: AbortSignal; readonly shutdown: AbortSignal },
  hear: (log: string) => void,
): Promise<HowEnded> {
  try {
    const key = order.index === "error_handler" ? undefined : await runner.keyOf(order);
    if (earlier && key !== undefined && earlier.key === key) return { how: "reused", earlier };
    const signal = AbortSignal.any([signals.held, signals.shutdown]);
    return howOf(await runner.run(order, signal, hear), key, signals);
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    const { run, sequence, index } = order;
    log("error", "a step of a sequence was interrupted", { run, sequence, step: index, error: message });
    if (error instanceof PermanentError) return { how: "failed", reason: message, retryable: false };
    return { how: "interrupted", reason: message };
  }
}

function howOf(
  end: StepEnd,
  key: string | undefined,
  { held, shutdown }: { readonly held: AbortSignal; readonly shutdown: AbortSignal },
): HowEnded {
  const { status, reason = "it failed", retryable } = end;
  if (status === "succeeded") return { how: "succeeded", end, key };
  if (status === "failed") return { how: "failed", reason, retryable, end };
  if (held.aborted) {
    return held.reason instanceof CancelledError ? { how: "cancelled", end } : { how: "lost" };
  }
  if (shutdown.aborted) return { how: "shut-down" };
  return { how: "interrupted", reason: end.reason ?? "it was ended, and nobody says why" };
}

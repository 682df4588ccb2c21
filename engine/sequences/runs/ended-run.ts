import type { SequenceRun } from "./sequence-run.ts";

/** A run at its end. `now`: ISO 8601; `error`: why it did not succeed. */
export function endedRun(
  run: SequenceRun,
  status: "succeeded" | "failed" | "cancelled",
  now: string,
  error?: string,
): SequenceRun {
  const why = error === undefined ? {} : { error };
  const state = { ...run.state, worker: null, notBefore: null };
  return { ...run, status, endedAt: now, ...why, state };
}

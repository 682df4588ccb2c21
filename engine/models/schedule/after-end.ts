import { BETWEEN_RUNS, type EndedRun, type ModelState, type StateChange } from "./state.ts";

/** After so many failures in a row a model is paused. */
export const MOST_FAILURES = 5;

const FIRST_RETRY_MS = 30_000;
const LONGEST_RETRY_MS = 60 * 60_000;

/**
 * What becomes of a model's state when the run that has it ends. Only a success moves `coveredTo`. After a failure the
 * same beginning is tried again, after 30 s, twice as long each time, at most a period or an hour; the fifth in a row
 * pauses the model. A cancelled run is due again after a period, a lost one at once.
 */
export function afterEnd(
  state: Pick<ModelState, "failures">,
  ended: EndedRun,
  frequencyMs: number,
  now: number,
): StateChange {
  const at = (time: number): string => new Date(time).toISOString();
  const over = { ...BETWEEN_RUNS, lastRun: ended, finished: ended.id };
  if (ended.status === "succeeded") return { ...over, coveredTo: ended.to, failures: 0, retryAt: null };
  if (ended.status === "cancelled") return { ...over, retryAt: at(now + frequencyMs) };
  if (ended.lost) return { ...over, retryAt: at(now) };
  const failures = state.failures + 1;
  const wait = Math.min(frequencyMs, FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS);
  const again = { ...over, failures, retryAt: at(now + wait) };
  if (failures < MOST_FAILURES) return again;
  const reason = `its last ${String(failures)} runs failed, the last one because ${ended.reason ?? "of an error"}`;
  return { ...again, paused: { reason, at: at(now) } };
}

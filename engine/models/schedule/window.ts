import type { BusinessModel } from "../model.ts";
import type { ModelState, Window } from "./state.ts";

/** A window is no longer than this, unless the model's frequency is. */
export const DAY_MS = 24 * 60 * 60_000;

/** Where a model stands in time. */
export interface NextWindow {
  /** What a run would cover now; undefined where there is nothing to cover yet. */
  readonly window: Window | undefined;
  /** When the next run is due: milliseconds since 1970. */
  readonly dueAt: number;
  /** Whether a run is due now, and has something to cover. */
  readonly due: boolean;
  readonly behind: Behind;
}

/** What is still to catch up: nothing where the model's frequency asks for no run yet. */
export interface Behind {
  /** Runs that it takes. */
  readonly windows: number;
  /** Time that is not covered. */
  readonly ms: number;
}

/** A model's frequency in milliseconds; a day where it was not said. */
export function frequencyOf(model: Pick<BusinessModel, "job_frequency"> | undefined): number {
  return (model?.job_frequency ?? DAY_MS / 60_000) * 60_000;
}

/**
 * The next window of a model: from the end of what is covered to now, or to a day (one period, where that is longer)
 * behind its beginning. It is due one period after what is covered, at once before the first run has ended, or when
 * `retryAt` says. After a stop the windows that are behind are due one right after the other.
 */
export function windowAt(
  { coveredTo, retryAt, lastRun }: Pick<ModelState, "coveredTo" | "retryAt" | "lastRun">,
  frequencyMs: number,
  now: number,
): NextWindow {
  const from = Date.parse(coveredTo);
  const span = Math.max(DAY_MS, frequencyMs);
  const to = Math.min(now, from + span);
  const window = to > from ? { from: coveredTo, to: new Date(to).toISOString() } : undefined;
  const regular = lastRun ? from + frequencyMs : from;
  // A window is never empty: at its very beginning there is nothing to cover.
  const dueAt = Math.max(retryAt === null ? regular : Date.parse(retryAt), from + 1);
  const ms = regular <= now ? Math.max(0, now - from) : 0;
  const behind = { windows: Math.ceil(ms / span), ms };
  return { window, dueAt, due: window !== undefined && dueAt <= now, behind };
}

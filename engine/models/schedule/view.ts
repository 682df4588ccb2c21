import { missingOf } from "../missing.ts";
import type { BusinessModel } from "../model.ts";
import { type EndedRun, type ModelState, type Paused, stateBefore } from "./state.ts";
import { type Behind, frequencyOf, windowAt } from "./window.ts";

/** A model's schedule as its API shows it. Times are ISO 8601 UTC with milliseconds. */
export interface ScheduleView {
  readonly coveredTo: string;
  /** When the next run is due, now at the earliest; null where none is: one runs, it is paused, or something is missing. */
  readonly nextRunAt: string | null;
  /** The run that has the model, at work or in line. */
  readonly running: string | null;
  readonly behind: Behind;
  /** Failed runs in a row. */
  readonly failures: number;
  readonly paused: Paused | null;
  readonly lastRun: EndedRun | null;
}

/** The schedule of a model, from its state (undefined before its first run was claimed), at a time in milliseconds. */
export function scheduleView(state: ModelState | undefined, model: BusinessModel, now: number): ScheduleView {
  const { coveredTo, run, failures, paused, lastRun, retryAt } = state ?? stateBefore(model);
  const { dueAt, behind } = windowAt({ coveredTo, retryAt, lastRun }, frequencyOf(model), now);
  const idle = run !== null || paused !== null || missingOf(model).length > 0;
  return {
    coveredTo,
    nextRunAt: idle ? null : new Date(Math.max(dueAt, now)).toISOString(),
    running: run,
    behind,
    failures,
    paused,
    lastRun,
  };
}

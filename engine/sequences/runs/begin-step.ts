import type { SequencePlan } from "../sequence.ts";
import { afterFailure, stepOf } from "./after-step.ts";
import { endedStep } from "./ended-step.ts";
import type { HeldRun, Move } from "./move-run.ts";
import { ATTEMPTS_KEPT, NOTHING_YET, type StepRecord } from "./step-record.ts";

/** How often a step's worker may be lost before the step fails: what it does may be what kills it. */
export const MOST_LOSSES = 5;

/**
 * Takes the step that a run is at for one worker. One that another worker has is taken over: its message came again, so
 * its host is gone, or cut off from the queue. `claimed` is false where that happened too often. `now`: ISO 8601.
 */
export function beginStep(
  plan: SequencePlan,
  held: HeldRun,
  worker: string,
  now: string,
): { readonly move: Move; readonly claimed: boolean } {
  const { run } = held;
  const losses = run.state.losses + (run.state.worker === null ? 0 : 1);
  const counted = { ...held, run: { ...run, state: { ...run.state, losses } } };
  if (losses >= MOST_LOSSES) {
    const failure = { retryable: false, reason: `its worker was lost ${String(MOST_LOSSES)} times` };
    return { move: afterFailure(plan, counted, failure, now), claimed: false };
  }
  const before = stepOf(plan, held);
  const over = before.worker === null ? before : endedStep(before, "waiting", now, LOST);
  const begun = { startedAt: run.startedAt ?? now, status: "running" } as const;
  const state = { ...counted.run.state, stage: "sent", worker, notBefore: null } as const;
  return {
    move: { run: { ...run, ...begun, state }, step: runningStep(over, worker, now) },
    claimed: true,
  };
}

const LOST = { reason: "its worker was lost" };

function runningStep(step: StepRecord, worker: string, now: string): StepRecord {
  const attempt = step.attempt + 1;
  const begun = { attempt, startedAt: now, endedAt: null, exitCode: null, reason: null };
  return {
    ...step,
    status: "running",
    attempt,
    attempts: [...step.attempts, begun].slice(-ATTEMPTS_KEPT),
    ...NOTHING_YET,
    startedAt: now,
    worker,
  };
}

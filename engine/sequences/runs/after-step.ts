import type { SequencePlan } from "../sequence.ts";
import type { StepEnd } from "../step.ts";
import { endedRun } from "./ended-run.ts";
import type { HeldRun, Move } from "./move-run.ts";
import { endedStep } from "./ended-step.ts";
import { atStep, type SequenceRun, type SequenceState, type StepPlace } from "./sequence-run.ts";
import { pendingStep, type StepRecord } from "./step-record.ts";

/** How often a step is begun anew because store or blobs failed under it: some eighty minutes in all. */
export const MOST_INTERRUPTIONS = 20;

const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
const LONGEST_RETRY_MS = 60 * 60_000;

/** Why an attempt did not succeed, and whether another one may. */
export interface Failure extends Pick<StepEnd, "retryable"> {
  readonly reason: string;
  /** What is known of the attempt, where it came to an end by itself. */
  readonly end?: StepEnd;
}

/** A step succeeded: the next one is due, or the run has ended. `now`: ISO 8601. */
export function afterSuccess(
  plan: SequencePlan,
  held: HeldRun,
  { end, key }: { readonly end: StepEnd; readonly key: string | undefined },
  now: string,
): Move {
  const step = { ...endedStep(stepOf(plan, held), "succeeded", now, end), key: key ?? null };
  return { run: advanced(plan, held.run, step, now), step };
}

/** A step would write what an earlier run wrote: that is taken, and nothing is done. */
export function afterReuse(plan: SequencePlan, held: HeldRun, earlier: StepRecord, now: string): Move {
  const step = reusedStep(stepOf(plan, held), earlier);
  return { run: advanced(plan, held.run, step, now), step };
}

/** The record of a step of a run for which an earlier run's stands. */
export function reusedStep(step: StepRecord, { artifact, result, key }: StepRecord): StepRecord {
  const pending = pendingStep(step.run, step.index, step.module);
  return { ...pending, status: "reused", artifact, result, key };
}

/** A step failed: it is tried again later, or the error handler is due, or the run has ended. */
export function afterFailure(plan: SequencePlan, held: HeldRun, failure: Failure, now: string): Move {
  const { run } = held;
  const { state } = run;
  const { at } = state;
  const of = typeof at === "number" ? plan.steps[at] : undefined;
  if (of && failure.retryable && state.failures < of.retries) {
    const delayMs = Math.min(of.retry_delay * 1_000 * 2 ** state.failures, LONGEST_RETRY_MS);
    return later(plan, held, failure, { failures: state.failures + 1, delayMs }, now);
  }
  const step = endedStep(stepOf(plan, held), "failed", now, { ...failure.end, reason: failure.reason });
  if (at === "error_handler") {
    const error = `${whyFailed(plan, state)}; and its error handler failed: ${failure.reason}`;
    return { run: endedRun(run, "failed", now, error), step };
  }
  const failed = { ...state, failure: { step: at, reason: failure.reason } };
  if (plan.error_handler) {
    return { run: { ...run, status: "running", state: { ...failed, ...atStep("error_handler") } }, step };
  }
  return { run: endedRun({ ...run, state: failed }, "failed", now, whyFailed(plan, failed)), step };
}

/** Store or blobs failed under a step: that is no failure of the step, which is begun anew after a while. */
export function afterInterruption(plan: SequencePlan, held: HeldRun, reason: string, now: string): Move {
  const interruptions = held.run.state.interruptions + 1;
  const failure = { retryable: false, reason };
  if (interruptions > MOST_INTERRUPTIONS) return afterFailure(plan, held, failure, now);
  const delayMs = Math.min(FIRST_PAUSE_MS * 2 ** (interruptions - 1), LONGEST_PAUSE_MS);
  return later(plan, held, failure, { interruptions, delayMs }, now);
}

/** The host of a step shuts down: its message comes again at once, and another one begins it anew. */
export function afterShutdown(plan: SequencePlan, held: HeldRun, now: string): Move {
  const step = endedStep(stepOf(plan, held), "waiting", now, { reason: "its host was shut down" });
  return { run: { ...held.run, state: { ...held.run.state, worker: null } }, step };
}

/** Somebody wants the run to end: it does, without its error handler. */
export function afterCancel({ run, step }: HeldRun, reason: string, now: string, end?: StepEnd): Move {
  const { failure } = run.state;
  const ended = endedRun(
    run,
    "cancelled",
    now,
    failure === null ? reason : `${failure.reason}; then ${reason}`,
  );
  if (!step || step.status === "pending") return { run: ended };
  return { run: ended, step: endedStep(step, "cancelled", now, { ...end, reason }) };
}

/** The module that does the step at a place. */
export function moduleAt({ steps, error_handler }: SequencePlan, at: StepPlace): string {
  return (at === "error_handler" ? error_handler : steps[at])?.module_name ?? "";
}

/** The record of the step that a run is at, even where that was never begun. */
export function stepOf(plan: SequencePlan, { run, step }: HeldRun): StepRecord {
  const { at } = run.state;
  return step ?? pendingStep(run.run, at, moduleAt(plan, at));
}

function later(
  plan: SequencePlan,
  held: HeldRun,
  { reason, end }: Failure,
  { delayMs, ...counts }: Partial<SequenceState> & { readonly delayMs: number },
  now: string,
): Move {
  const { run } = held;
  const notBefore = new Date(Date.parse(now) + delayMs).toISOString();
  const state = { ...run.state, ...counts, round: run.state.round + 1, worker: null, notBefore };
  const step = endedStep(stepOf(plan, held), "waiting", now, { ...end, reason });
  return { run: { ...run, status: "waiting", state }, step };
}

function advanced(plan: SequencePlan, run: SequenceRun, { artifact }: StepRecord, now: string): SequenceRun {
  const { at } = run.state;
  if (at === "error_handler") return endedRun(run, "failed", now, whyFailed(plan, run.state));
  const artifacts = artifact ? [...run.state.artifacts, artifact] : run.state.artifacts;
  const done = { ...run, progress: { ...run.progress, done: at + 1 }, state: { ...run.state, artifacts } };
  if (at + 1 >= plan.steps.length) return endedRun(done, "succeeded", now);
  return { ...done, status: "running", state: { ...done.state, ...atStep(at + 1) } };
}

function whyFailed(plan: SequencePlan, { failure }: Pick<SequenceState, "failure">): string {
  if (!failure) return "a step failed";
  return `step ${String(failure.step)} (${moduleAt(plan, failure.step)}): ${failure.reason}`;
}

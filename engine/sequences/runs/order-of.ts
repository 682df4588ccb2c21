import { fillInStep } from "./fill-in-step.ts";
import type { SequencePlan, SequenceStep } from "../sequence.ts";
import type { Artifact, StepOrder } from "../step.ts";
import type { RunPlan, SequenceRun } from "./sequence-run.ts";
import type { StepRecord } from "./step-record.ts";

/** Characters of the log that the error handler is told: its end. */
const TAIL = 16 * 1024;

/** What a worker is to do for the step that a run is at; `failed` is the record of the step that failed, for the error handler. */
export function orderOf(
  { plan, parameters }: RunPlan,
  { run, name, startedAt, queuedAt, state }: SequenceRun,
  attempt: number,
  failed: StepRecord | undefined,
): StepOrder {
  const { at, artifacts, failure } = state;
  return {
    run,
    sequence: name,
    index: at,
    attempt,
    step: fillInStep(at === "error_handler" ? handlerOf(plan) : stepAt(plan, at), parameters),
    parameters,
    artifacts: newestOf(artifacts),
    startedAt: startedAt ?? queuedAt,
    ...(failure ? { failure: failureOf(run, name, failure, failed) } : {}),
  };
}

/** By path, the newest of each; in the order in which they were written. */
function newestOf(artifacts: readonly Artifact[]): ReadonlyMap<string, Artifact> {
  const newest = new Map<string, Artifact>();
  for (const artifact of artifacts) {
    newest.delete(artifact.path);
    newest.set(artifact.path, artifact);
  }
  return newest;
}

function stepAt({ steps }: SequencePlan, at: number): SequenceStep {
  const step = steps[at];
  if (!step) throw new RangeError(`the run has no step ${String(at)}`);
  return step;
}

function handlerOf({ error_handler }: SequencePlan): SequenceStep {
  if (!error_handler) throw new RangeError("the run has no error handler");
  return { ...error_handler, input: "", output: "", retries: 0, retry_delay: 0 };
}

function failureOf(
  run: string,
  sequence: string,
  { step, reason }: NonNullable<SequenceRun["state"]["failure"]>,
  record: StepRecord | undefined,
): NonNullable<StepOrder["failure"]> {
  const { module = "", attempt = 0, exitCode = null, output } = record ?? {};
  return {
    sequence,
    run,
    step,
    module,
    attempt,
    exitCode,
    reason,
    log: (output ?? "").slice(-TAIL).toWellFormed(),
  };
}

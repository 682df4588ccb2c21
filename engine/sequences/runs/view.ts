import type { Documents } from "../../ports.ts";
import { MASKED } from "../../privacy/mask.ts";
import { maskRun } from "../../privacy/mask-items.ts";
import { type Run, runView } from "../../runs/run.ts";
import { readSteps, type StepRecord } from "./step-record.ts";

/** A step of a run as the API shows it. */
export type StepView = Omit<StepRecord, "id" | "kind" | "run" | "key" | "worker" | "output"> & {
  /** What it printed, so far. */
  readonly log: string | null;
};

/**
 * A run of a sequence as the API shows it, with its steps. Who may not see personal values gets no text that modules wrote:
 * logs, reasons, arguments, results. Rejects when the store fails.
 */
export async function sequenceRunView(
  documents: Documents,
  run: Run,
  { personal }: { readonly personal: boolean },
): Promise<Record<string, unknown>> {
  const steps = (await readSteps(documents, run.run)).map(stepView);
  return personal ? { ...runView(run), steps } : { ...runView(maskRun(run)), steps: steps.map(maskStep) };
}

function stepView({
  index,
  module,
  status,
  attempt,
  attempts,
  command,
  exitCode,
  output,
  artifact,
  result,
  reason,
  startedAt,
  endedAt,
  durationMs,
}: StepRecord): StepView {
  return {
    index,
    module,
    status,
    attempt,
    exitCode,
    reason,
    startedAt,
    endedAt,
    durationMs,
    command,
    artifact,
    result,
    log: output,
    attempts,
  };
}

function maskStep(step: StepView): object {
  const hide = (value: unknown): unknown => (value === null ? null : MASKED);
  return {
    ...step,
    command: hide(step.command),
    result: hide(step.result),
    reason: hide(step.reason),
    log: hide(step.log),
    // A parameter may stand in its path.
    artifact: step.artifact && { ...step.artifact, path: MASKED },
    attempts: step.attempts.map((attempt) => ({ ...attempt, reason: hide(attempt.reason) })),
  };
}

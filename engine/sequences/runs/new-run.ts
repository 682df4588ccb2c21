import { TooLargeError } from "../../errors/too-large-error.ts";
import type { Ports, Write } from "../../ports.ts";
import type { SequencePlan } from "../sequence.ts";
import type { Artifact } from "../step.ts";
import { atStep, type RunPlan, type SequenceRequest, type SequenceRun } from "./sequence-run.ts";
import { pendingStep, type StepRecord } from "./step-record.ts";

/** A run that is to be. */
export interface NewRun {
  readonly run: string;
  /** The sequence's name. */
  readonly sequence: string;
  readonly plan: SequencePlan;
  readonly parameters: Readonly<Record<string, string>>;
  readonly request: SequenceRequest;
  readonly actor?: string | undefined;
  /** Its first steps, where an earlier run did them. */
  readonly done?: readonly StepRecord[];
}

/**
 * Records a run with its plan, which stays as it is now, and its steps; whether it may begin is decided later. One
 * that is recorded already stays as it is. Rejects when the store fails.
 */
export async function recordRun(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  { run, sequence, plan, parameters, request, actor, done = [] }: NewRun,
): Promise<"recorded" | "known" | "too-large"> {
  const total = plan.steps.length;
  const now = new Date(clock.now()).toISOString();
  const item: SequenceRun = {
    id: "run",
    run,
    kind: "sequence",
    name: sequence,
    status: "queued",
    progress: { done: done.length, total, unit: "steps" },
    queuedAt: now,
    request,
    ...(actor === undefined ? {} : { actor }),
    state: {
      stage: "new",
      ...atStep(done.length),
      movedAt: now,
      artifacts: done.flatMap(artifactOf),
      failure: null,
    },
  };
  const kept: RunPlan = { id: "plan", kind: "sequence-plan", run, plan, parameters };
  const steps = plan.steps.map((step, index) => done[index] ?? pendingStep(run, index, step.module_name));
  const writes = [item, kept, ...steps].map((each): Write => ({ op: "create", item: each }));
  try {
    const { written } = await documents.write("operations", run, writes);
    return written ? "recorded" : "known";
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return "too-large";
  }
}

function artifactOf({ artifact }: StepRecord): readonly Artifact[] {
  return artifact ? [artifact] : [];
}

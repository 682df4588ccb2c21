import type { Documents, Item, Stored } from "../../ports.ts";
import type { Run } from "../../runs/run.ts";
import type { SequencePlan } from "../sequence.ts";
import type { Artifact } from "../step.ts";

/** A place in a run: a step by its index, from 0, or the error handler. */
export type StepPlace = number | "error_handler";

/** What was asked of a run, so that the same can be asked again. */
export interface SequenceRequest {
  /** As they were given, without the defaults. */
  readonly parameters: Readonly<Record<string, string>>;
  /** What started it where nobody did by hand. */
  readonly trigger?: "schedule" | "blob" | "after";
  /** The run that it does again, and the index of the step from which on. */
  readonly restartOf?: string;
  readonly from?: number;
}

/** Where a run stands. All of its moves are guarded writes of the run's item, each together with the record of its step. */
export interface SequenceState {
  /** `new`: nobody knows yet whether it may begin; `waiting`: for a slot; `sent`: its first message is on the queue. */
  readonly stage: "new" | "waiting" | "sent";
  /** The step that is done now, or is next. */
  readonly at: StepPlace;
  /** Which message of that step is worked on: 1, one more for each that comes later because it failed. */
  readonly round: number;
  /** How often that step failed, lost its worker, and was broken off because store or blobs failed. */
  readonly failures: number;
  readonly losses: number;
  readonly interruptions: number;
  /** Names the one call that works on that step; null while none does. */
  readonly worker: string | null;
  /** When the run last moved: ISO 8601. */
  readonly movedAt: string;
  /** When that step is tried again, where it waits for that: ISO 8601. */
  readonly notBefore: string | null;
  /** What the steps before wrote, in their order. */
  readonly artifacts: readonly Artifact[];
  /** The step that failed, and why: from then on the run is failing. */
  readonly failure: { readonly step: number; readonly reason: string } | null;
}

/** A run of a sequence: a run of the kind `sequence`, by the sequence's name. */
export interface SequenceRun extends Run {
  readonly kind: "sequence";
  readonly request: SequenceRequest;
  readonly state: SequenceState;
}

/** What a run does: item `plan` of its partition in `operations`, never altered, whatever becomes of the sequence. */
export interface RunPlan extends Item {
  readonly id: "plan";
  readonly kind: "sequence-plan";
  /** Partition key. */
  readonly run: string;
  readonly plan: SequencePlan;
  /** With the defaults. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The state at the beginning of a step. */
export function atStep(at: StepPlace): Omit<SequenceState, "stage" | "movedAt" | "artifacts" | "failure"> {
  return { at, round: 1, failures: 0, losses: 0, interruptions: 0, worker: null, notBefore: null };
}

/** Reads a run of a sequence with the etag that guards its next write; undefined where there is none of that id. */
export async function readSequenceRun(
  documents: Documents,
  id: string,
): Promise<Stored<SequenceRun> | undefined> {
  const stored = await documents.read<SequenceRun>("operations", id, "run");
  return stored?.item.kind === "sequence" ? stored : undefined;
}

/** Reads what a run does; undefined where there is no run of a sequence of that id. */
export async function readRunPlan(documents: Documents, id: string): Promise<RunPlan | undefined> {
  return (await documents.read<RunPlan>("operations", id, "plan"))?.item;
}

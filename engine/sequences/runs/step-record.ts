import type { Documents, Item } from "../../ports.ts";
import { readAll } from "../../read-pages.ts";
import type { Artifact } from "../step.ts";
import type { StepPlace } from "./sequence-run.ts";

/** States of a step; the last four are ends, and so is `reused`: an earlier run wrote what it would write. */
export type StepStatus = "pending" | "running" | "waiting" | "succeeded" | "reused" | "failed" | "cancelled";

/** One attempt at a step. */
export interface StepAttempt {
  /** From 1. */
  readonly attempt: number;
  readonly startedAt: string;
  /** Null while it is at work. */
  readonly endedAt: string | null;
  readonly exitCode: number | null;
  /** Why it did not succeed; null where it did, or is at work. */
  readonly reason: string | null;
}

/** What became of a step: item `step|<index, two digits>` or `step|error_handler` of its run's partition in `operations`. */
export interface StepRecord extends Item {
  readonly kind: "sequence-step";
  /** Partition key. */
  readonly run: string;
  readonly index: StepPlace;
  readonly module: string;
  readonly status: StepStatus;
  /** How often it was begun. */
  readonly attempt: number;
  /** The newest {@link ATTEMPTS_KEPT}. */
  readonly attempts: readonly StepAttempt[];
  /** Of the last attempt, as are all that follow. The arguments of its command; null where it has none, or has not run. */
  readonly command: readonly string[] | null;
  readonly exitCode: number | null;
  /** What it printed, redacted, 64 KiB at most; while it is at work, what it printed so far. */
  readonly output: string | null;
  readonly artifact: Artifact | null;
  /** What a module in TypeScript said of what it did. */
  readonly result: Readonly<Record<string, unknown>> | null;
  /** Why it did not succeed. */
  readonly reason: string | null;
  /** What decided its output, where that can be said; see StepRunner.keyOf. */
  readonly key: string | null;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly durationMs: number | null;
  /** Names the one call that works on it; null while none does. */
  readonly worker: string | null;
}

/** How many attempts a record lists: all of them, unless hosts go away again and again. */
export const ATTEMPTS_KEPT = 50;

/** The id of a step's record. */
export function stepId(at: StepPlace): string {
  return `step|${typeof at === "number" ? String(at).padStart(2, "0") : at}`;
}

/** What is known of an attempt that has not ended. */
export const NOTHING_YET = {
  command: null,
  exitCode: null,
  output: null,
  artifact: null,
  result: null,
  reason: null,
  endedAt: null,
  durationMs: null,
} satisfies Partial<StepRecord>;

/** A step that was not begun. */
export function pendingStep(run: string, index: StepPlace, module: string): StepRecord {
  return {
    id: stepId(index),
    kind: "sequence-step",
    run,
    index,
    module,
    status: "pending",
    attempt: 0,
    attempts: [],
    ...NOTHING_YET,
    key: null,
    startedAt: null,
    worker: null,
  };
}

/** Reads the record of a step; undefined where there is none. */
export async function readStep(
  documents: Documents,
  run: string,
  at: StepPlace,
): Promise<StepRecord | undefined> {
  return (await documents.read<StepRecord>("operations", run, stepId(at)))?.item;
}

/** The steps of a run in their order, the error handler last, where it was begun. Rejects when the store fails. */
export async function readSteps(documents: Documents, run: string): Promise<readonly StepRecord[]> {
  const steps: StepRecord[] = [];
  const query = { text: STEPS_OF_RUN, partition: run };
  for await (const step of readAll<StepRecord>(documents, "operations", query)) steps.push(step);
  // Digits come before letters.
  return steps.toSorted((one, other) => (one.id < other.id ? -1 : 1));
}

/** What {@link readSteps} asks the store. */
export const STEPS_OF_RUN = "SELECT * FROM c WHERE c.kind = 'sequence-step'";

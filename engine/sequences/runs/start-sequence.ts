import { randomUUID } from "node:crypto";
import type { Ports } from "../../ports.ts";
import type { Issue } from "../../sync/quarantine.ts";
import { admitRun } from "./admit-run.ts";
import { checkParameters } from "./check-parameters.ts";
import { type NewRun, recordRun } from "./new-run.ts";
import type { SequenceRequest } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import { MOST_WAITING } from "./slots.ts";
import { readSlots } from "./slots-store.ts";

/** A run that is wanted. */
export interface Start {
  /** The sequence's name. */
  readonly sequence: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The name of the token; left out for a trigger. */
  readonly actor?: string;
  readonly trigger?: SequenceRequest["trigger"];
  /** The run's id, where the same start may come again and is to be one run. */
  readonly runId?: string;
}

/** What became of a start. */
export type Started =
  /** The run is recorded: it is at work, waits, or says why it was skipped. */
  | { readonly outcome: "started"; readonly run: string }
  /** There is no sequence of that name. */
  | { readonly outcome: "unknown" }
  | { readonly outcome: "invalid"; readonly issues: readonly Issue[] }
  /** So many wait already that no more may. */
  | { readonly outcome: "full"; readonly waiting: number };

/**
 * Starts a run of a sequence as it now stands. From the record on the run is sure to be seen to: what fails after that is
 * only logged, and done by a tick. Rejects when the store fails before that.
 */
export async function startSequence(
  work: SequenceWork,
  { sequence, parameters: given, actor, trigger, runId = randomUUID() }: Start,
): Promise<Started> {
  const plan = (await work.book.find(sequence))?.plan;
  if (!plan) return { outcome: "unknown" };
  const checked = checkParameters(plan, given);
  if ("issues" in checked) return { outcome: "invalid", issues: checked.issues };
  const { parameters } = checked;
  const asked = Object.entries(parameters).filter(([name]) => Object.hasOwn(given, name));
  const request = {
    parameters: Object.fromEntries(asked),
    ...(trigger === undefined ? {} : { trigger }),
  };
  return startRun(work.ports, { run: runId, sequence, plan, parameters, request, actor });
}

/** Records a run and has it admitted, unless too many wait. */
export async function startRun(ports: Ports, wanted: NewRun): Promise<Started> {
  const { run, sequence, plan } = wanted;
  if (plan.concurrency?.when_full === "queue") {
    const waiting = (await readSlots(ports.documents, sequence))?.waiting.length ?? 0;
    if (waiting >= MOST_WAITING) return { outcome: "full", waiting };
  }
  if ((await recordRun(ports, wanted)) === "too-large") {
    return {
      outcome: "invalid",
      issues: [{ path: "", message: "the sequence with its parameters has over 2 MB" }],
    };
  }
  try {
    await admitRun(ports, run);
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    ports.log("warn", "a run of a sequence could not begin: a tick will see to it", { run, error: message });
  }
  return { outcome: "started", run };
}

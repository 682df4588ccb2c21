import { randomUUID } from "node:crypto";
import { canonicalJson } from "../../audit/canonical.ts";
import type { Issue } from "../../sync/quarantine.ts";
import type { SequencePlan } from "../sequence.ts";
import { reusedStep } from "./after-step.ts";
import { checkParameters } from "./check-parameters.ts";
import { type RunPlan, readRunPlan, readSequenceRun, type SequenceRun } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import { type Started, startRun } from "./start-sequence.ts";
import { pendingStep, readSteps, type StepRecord } from "./step-record.ts";

/** From where on a run is done again. */
export interface Restart {
  /** The index of a step, from 0, or the name of its module, where one step alone has that; default: the first step that did not succeed. */
  readonly from?: number | string | undefined;
  /** The steps as the sequence has them now (default), or as the run had them. */
  readonly plan?: "current" | "as-run" | undefined;
  /** The name of the token. */
  readonly actor: string;
}

/** What became of a restart. */
export type Restarted =
  | Started
  /** It has not ended: it may yet do those steps. */
  | { readonly outcome: "not-ended" }
  /** The steps before that are others now, or the sequence is gone. */
  | { readonly outcome: "changed"; readonly reason: string };

/**
 * Does a run again from one of its steps on, as a run of its own: the steps before it are not done, what they wrote is used;
 * each of those behind it is done unless it would write the same again (see StepRunner.keyOf). `unknown` where there is no
 * such run. Rejects when the store fails.
 */
export async function restartRun(work: SequenceWork, id: string, asked: Restart): Promise<Restarted> {
  const { documents } = work.ports;
  const run = (await readSequenceRun(documents, id))?.item;
  const before = await readRunPlan(documents, id);
  if (!run || !before) return { outcome: "unknown" };
  if (run.endedAt === undefined) return { outcome: "not-ended" };
  const steps = (await readSteps(documents, id)).filter(({ index }) => typeof index === "number");
  const from = firstStep(before.plan, steps, asked.from);
  if (typeof from !== "number") return invalid(from);
  const plan = await planFor(work, run, before, asked.plan ?? "current");
  const faults = faultsOf(run, before.plan, plan, from);
  if (faults !== undefined || !plan)
    return { outcome: "changed", reason: faults ?? "there is no such sequence" };
  const checked = checkParameters(plan, run.request.parameters);
  if ("issues" in checked) return { outcome: "invalid", issues: checked.issues };
  const again = randomUUID();
  return startRun(work.ports, {
    run: again,
    sequence: run.name,
    plan,
    parameters: checked.parameters,
    request: { parameters: run.request.parameters, restartOf: id, from },
    actor: asked.actor,
    done: steps.slice(0, from).map((step, index) => reusedStep(pendingStep(again, index, step.module), step)),
  });
}

function firstStep(
  { steps: planned }: SequencePlan,
  steps: readonly StepRecord[],
  asked: number | string | undefined,
): number | Issue["message"] {
  const undone = steps.findIndex(({ status }) => status !== "succeeded" && status !== "reused");
  const from = asked === undefined ? undone : indexOf(planned, asked);
  if (typeof from === "string") return from;
  if (from === -1) return "all of its steps succeeded: say from which one on it is to be done again";
  if (from >= planned.length) return `must be less than ${String(planned.length)}: so many steps it has`;
  if (undone === -1 || from <= undone) return from;
  const name = `${String(undone)} (${planned[undone]?.module_name ?? ""})`;
  return `must be ${String(undone)} or less: step ${name} did not succeed`;
}

function indexOf(planned: SequencePlan["steps"], asked: number | string): number | string {
  if (typeof asked === "number") return asked;
  const found = planned.flatMap(({ module_name }, index) => (module_name === asked ? [index] : []));
  const [first, second] = found;
  if (first === undefined) return `no step of the run has the module ${asked}`;
  if (second !== undefined) return `the steps ${found.join(", ")} have the module ${asked}: say which`;
  return first;
}

async function planFor(
  { book }: SequenceWork,
  { name }: SequenceRun,
  { plan }: RunPlan,
  wanted: "current" | "as-run",
): Promise<SequencePlan | undefined> {
  return wanted === "as-run" ? plan : (await book.find(name))?.plan;
}

/** Why the steps before `from` cannot stand in for those of another plan; undefined where they can. */
function faultsOf(
  { name }: SequenceRun,
  was: SequencePlan,
  is: SequencePlan | undefined,
  from: number,
): string | undefined {
  const other = "; restart it with the steps as it had them, or start it anew";
  if (!is) return `there is no sequence ${name} any more${other}`;
  if (from >= is.steps.length) return `the sequence has only ${String(is.steps.length)} steps now${other}`;
  const changed = was.steps.slice(0, from).findIndex((step, index) => !same(step, is.steps[index]));
  return changed === -1 ? undefined : `step ${String(changed)} of the sequence is another one now${other}`;
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

function invalid(message: string): Restarted {
  return { outcome: "invalid", issues: [{ path: "from", message }] };
}

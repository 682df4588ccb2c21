import type { Ports } from "../../ports.ts";
import { afterCancel } from "./after-step.ts";
import { beginStep } from "./begin-step.ts";
import { reasonToCancel } from "./cancel-sequence-run.ts";
import { moveRun } from "./move-run.ts";
import type { RunPlan, SequenceRun } from "./sequence-run.ts";
import { type StepMessage, whereIs } from "./step-message.ts";
import { type StepRecord, readStep } from "./step-record.ts";

/** A step that one worker has. */
export interface ClaimedStep {
  readonly run: SequenceRun;
  readonly step: StepRecord;
}

/**
 * Takes the step of a message for a worker, in one guarded write. `not-ours` where there is nothing to do for it: the
 * step is past, the run has ended, or ends now since somebody cancelled it or the step's workers were lost too often; `ahead`
 * where the run has not come to it. Safe to repeat for the same worker. Rejects when the store fails.
 */
export async function claimStep(
  ports: Pick<Ports, "documents" | "clock">,
  { plan }: RunPlan,
  message: StepMessage,
  worker: string,
): Promise<ClaimedStep | "not-ours" | "ahead"> {
  const cancelled = await reasonToCancel(ports.documents, message.run);
  let ahead = false;
  const run = await moveRun(ports, message.run, (held, now) => {
    const where = whereIs(message, held.run);
    ahead = where === "ahead";
    if (held.run.state.worker === worker) return undefined;
    if (cancelled !== undefined) return afterCancel(held, cancelled, now);
    return where === "here" ? beginStep(plan, held, worker, now).move : undefined;
  });
  if (run?.endedAt !== undefined) return "not-ours";
  if (ahead) return "ahead";
  if (run?.state.worker !== worker) return "not-ours";
  const step = await readStep(ports.documents, message.run, run.state.at);
  return step?.worker === worker ? { run, step } : "not-ours";
}

import { afterCancel, afterFailure } from "./after-step.ts";
import { reasonToCancel } from "./cancel-sequence-run.ts";
import { followRun } from "./follow-run.ts";
import { moveRun } from "./move-run.ts";
import { readRunPlan } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import { type StepMessage, whereIs } from "./step-message.ts";

/**
 * Sees to a message of the queue `steps` that the broker gave up: its step fails for that, so that the error handler is
 * next, or the run ends. One whose step is past changes nothing. Safe to repeat. Rejects when store or queue fail.
 */
export async function deadStep(work: SequenceWork, message: StepMessage, reason: string): Promise<void> {
  const { documents } = work.ports;
  const known = await readRunPlan(documents, message.run);
  if (!known) return;
  const cancelled = await reasonToCancel(documents, message.run);
  await moveRun(work.ports, message.run, (held, now) => {
    if (whereIs(message, held.run) !== "here") return undefined;
    if (cancelled !== undefined) return afterCancel(held, cancelled, now);
    return afterFailure(known.plan, held, { reason, retryable: false }, now);
  });
  await followRun(work, message.run);
}

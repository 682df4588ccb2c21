import { randomUUID } from "node:crypto";
import { RetryableError } from "../../errors/retryable-error.ts";
import { withPatience } from "../../sync/patience.ts";
import { claimStep } from "./claim-step.ts";
import { doStep, type HowEnded } from "./do-step.ts";
import { followRun } from "./follow-run.ts";
import { holdStep } from "./hold-step.ts";
import { liveLog } from "./live-log.ts";
import { orderOf } from "./order-of.ts";
import { recordEnd } from "./record-end.ts";
import { readRunPlan, type RunPlan, type SequenceRun } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import { type StepMessage, whereIs } from "./step-message.ts";
import { readStep, type StepRecord } from "./step-record.ts";

/**
 * Does what a message of the queue `steps` asks for: one attempt at a step, whose end it records, and then sends what
 * follows. A message that comes again for a step that is past only does the latter; one for a step that another call has
 * takes it over. An abort of `shutdown` ends the step, and rejects, so that the message comes again at once: as long as
 * the run is at its step, it is needed. Rejects
 * too when the store fails for minutes.
 */
export async function workOnStep(
  work: SequenceWork,
  message: StepMessage,
  shutdown: AbortSignal,
): Promise<void> {
  const { ports } = work;
  const { run: id } = message;
  const patiently = <T>(what: string, doing: () => Promise<T>): Promise<T> =>
    withPatience(ports.log, `${what} of the run ${id}`, doing);

  if (shutdown.aborted) throw new RetryableError("the host shuts down");
  const plan = await patiently("reading the plan", () => readRunPlan(ports.documents, id));
  if (!plan)
    return ports.log("error", "a message is about a run that nobody recorded; it was dropped", { run: id });
  const worker = randomUUID();
  const claimed = await patiently("claiming a step", () => claimStep(ports, plan, message, worker));
  if (claimed === "ahead") throw new RetryableError("a message came before what it follows");
  if (claimed !== "not-ours") {
    const ended = await attempt(work, plan, claimed, worker, shutdown);
    await patiently("recording a step", () => recordEnd(ports, plan, { run: id, worker }, ended));
    if (ended.how === "shut-down") throw new RetryableError("the host shuts down");
  }
  const run = await patiently("following a step", () => followRun(work, id));
  // Whoever took the step over may be a host that lost its lock, and die: then this message is the one that is left.
  if (run && run.endedAt === undefined && whereIs(message, run) === "here") {
    throw new RetryableError("the step is at work elsewhere");
  }
}

async function attempt(
  work: SequenceWork,
  plan: RunPlan,
  { run, step }: { readonly run: SequenceRun; readonly step: StepRecord },
  worker: string,
  shutdown: AbortSignal,
): Promise<HowEnded> {
  const { ports } = work;
  const { at, failure } = run.state;
  const { restartOf, from = 0 } = run.request;
  const read = (of: string, index: number): Promise<StepRecord | undefined> =>
    withPatience(ports.log, `reading a step of the run ${of}`, () => readStep(ports.documents, of, index));

  const held = holdStep(ports, { run: run.run, worker });
  const live = liveLog(ports, { run: run.run, at, worker });
  try {
    const failed = failure ? await read(run.run, failure.step) : undefined;
    const again = restartOf !== undefined && typeof at === "number" && at > from;
    const earlier = again ? await read(restartOf, at) : undefined;
    const order = orderOf(plan, run, step.attempt, failed);
    return await doStep(work, order, earlier, { held: held.signal, shutdown }, (log) => live.hear(log));
  } finally {
    live.stop();
    held.stop();
  }
}

import { randomUUID } from "node:crypto";
import { withPatience } from "../../sync/patience.ts";
import type { BusinessModel } from "../model.ts";
import { runReadyMade } from "../ready-made/run-ready-made.ts";
import { beginRun, type Begun, reasonNotTo } from "./begin-run.ts";
import { doJob, type HowEnded } from "./do-job.ts";
import { type Execution, executionOf, keepExecution, readExecution } from "./execution.ts";
import { holdLease } from "./hold-lease.ts";
import type { JobWork } from "./job-work.ts";
import { changeState, type ModelState } from "./state.ts";

/** A run that has its model, as a message found it. */
export interface ClaimedRun {
  readonly run: string;
  /** The model's id. */
  readonly name: string;
  /** Undefined where it is gone. */
  readonly model: BusinessModel | undefined;
  readonly state: ModelState;
}

/**
 * The record of a run: the one that it has already, else that of its job, which runs now, or of why it may not. It is
 * kept before it counts. Undefined where the run is at work elsewhere, or lost its lease here. Rejects when store or blobs
 * fail for minutes; then the run may begin anew.
 */
export async function executeRun(
  work: JobWork,
  claimed: ClaimedRun,
  shutdown: AbortSignal,
): Promise<Execution | undefined> {
  const { ports } = work;
  const { run, name } = claimed;
  const patiently = <T>(what: string, doing: () => Promise<T>): Promise<T> =>
    withPatience(ports.log, `${what} of model ${name}`, doing);

  const known = await patiently("reading a run", () => readExecution(ports.documents, run));
  if (known) return known;
  const worker = randomUUID();
  const begun = await patiently("beginning a run", () => beginRun(ports, { name, run, worker }));
  // Whoever works on it ends it, or a tick does when its lease is over.
  if (!begun) return undefined;
  const lease = holdLease(ports, { model: name, run, worker, leaseUntil: begun.leaseUntil });
  try {
    const ended = await howItEnded(work, claimed, begun, { lease: lease.signal, shutdown });
    if (!ended) return undefined;
    const execution = recordOf(claimed, begun, ended, ports.clock.now());
    return await patiently("recording a run", () => keepExecution(ports.documents, execution));
  } catch (error) {
    await giveBack(work, name, worker);
    throw error;
  } finally {
    lease.stop();
  }
}

async function howItEnded(
  work: JobWork,
  { run, name, model, state }: ClaimedRun,
  begun: Begun,
  signals: { readonly lease: AbortSignal; readonly shutdown: AbortSignal },
): Promise<HowEnded | undefined> {
  const looking = `looking at a run of model ${name}`;
  const not = await withPatience(work.ports.log, looking, () => reasonNotTo(work.ports, run, model, state));
  if (not || !model) return not;
  if (model.ready_made !== undefined) return runReadyMade(work, model, begun.window, signals);
  return doJob(work, model, { run, window: begun.window }, signals);
}

function recordOf(
  { run, name }: ClaimedRun,
  { window, startedAt }: Begun,
  { output, ...how }: HowEnded,
  now: number,
): Execution {
  const ended = {
    id: run,
    ...window,
    exitCode: null,
    rows: null,
    durationMs: now - startedAt,
    ...how,
    startedAt: new Date(startedAt).toISOString(),
    endedAt: new Date(now).toISOString(),
  };
  return executionOf(name, ended, output);
}

/** The message comes again and may begin the run anew: here, nothing works on it any more. Else its lease ends. */
async function giveBack({ ports: { documents, log } }: JobWork, name: string, worker: string): Promise<void> {
  try {
    await changeState(documents, name, (state) => (state.worker === worker ? { worker: null } : undefined));
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    log("warn", "a run could not be given back", { model: name, error: message });
  }
}

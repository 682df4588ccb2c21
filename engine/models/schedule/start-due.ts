import { randomUUID } from "node:crypto";
import { RUNS } from "../../define/topology.ts";
import type { Ports } from "../../ports.ts";
import type { Run } from "../../runs/run.ts";
import type { RunMessage } from "../../runs/start.ts";
import { missingOf } from "../missing.ts";
import type { BusinessModel } from "../model.ts";
import {
  findState,
  type HeldState,
  leaseFrom,
  type ModelState,
  moveState,
  stateBefore,
  type Window,
} from "./state.ts";
import { frequencyOf, windowAt } from "./window.ts";

/**
 * Starts the next run of a model where one is due and nothing is in its way: claims the window in one guarded write,
 * records the run and sends it to the queue `runs`. Returns the run; undefined where none was started. Rejects when
 * store or queue fail; a claim that stands then is sent by a later tick. `actor`: whose doing it is, where it is not the timer's.
 */
export async function startDue(
  ports: Ports,
  model: BusinessModel,
  actor?: string,
): Promise<string | undefined> {
  const found = await findState(ports.documents, model.model);
  const held = found ?? { state: stateBefore(model), etag: undefined };
  const { run, finished } = held.state;
  if (run !== null || finished !== null || whyIdle(model, held.state) !== undefined) return undefined;
  const now = ports.clock.now();
  const { window, due } = windowAt(held.state, frequencyOf(model), now);
  if (!due || !window) return undefined;
  const id = randomUUID();
  const claim = { run: id, worker: null, leaseUntil: leaseFrom(now), window };
  if (!(await moveState(ports.documents, held, claim))) return undefined;
  await send(ports, model.model, { run: id, window }, id, actor);
  return id;
}

/**
 * Sends a claimed run that nobody has begun once more: the host that claimed it may have gone away before it did. Does
 * nothing where somebody moved the model since it was read.
 */
export async function sendAgain(ports: Ports, held: HeldState): Promise<void> {
  const { model, run, window } = held.state;
  if (run === null || window === null) return;
  const leaseUntil = leaseFrom(ports.clock.now());
  if (!(await moveState(ports.documents, held, { leaseUntil }))) return;
  // Duplicate detection would swallow what has the id of the message before it.
  await send(ports, model, { run, window }, `${run}#${leaseUntil}`);
}

/** Why a model's job does not run at all, in words that follow "its model"; undefined where it does. */
export function whyIdle(
  model: BusinessModel | undefined,
  state: Pick<ModelState, "paused">,
): string | undefined {
  if (!model || model.deletedAt !== undefined) return "was deleted";
  if (state.paused) return "is paused";
  const [missing] = missingOf(model);
  return missing && `is not complete: ${missing.field}: ${missing.message}`;
}

async function send(
  { documents, queue, clock }: Ports,
  model: string,
  { run, window }: { readonly run: string; readonly window: Window },
  messageId: string,
  actor?: string,
): Promise<void> {
  const item: Run = {
    id: "run",
    run,
    kind: "job",
    name: model,
    status: "queued",
    progress: { done: 0, total: 1, unit: "windows" },
    queuedAt: new Date(clock.now()).toISOString(),
    request: { from: window.from, to: window.to },
    ...(actor === undefined ? {} : { actor }),
  };
  // One that is there already may have been cancelled meanwhile: it stays.
  await documents.write("operations", run, [{ op: "create", item }]);
  const body: RunMessage = { kind: "job", name: model, run };
  await queue(RUNS).send([{ body, sessionId: `job|${model}`, messageId }]);
}

import { CancelledError } from "../../errors/cancelled-error.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { readRun } from "../../runs/run.ts";
import { type BusinessModel, listModels } from "../model.ts";
import { afterEnd } from "./after-end.ts";
import { settleEnd } from "./end-run.ts";
import { endOf, readExecution } from "./execution.ts";
import { recordTick, TICK_MS } from "./heartbeat.ts";
import type { Scheduling } from "./scheduling.ts";
import { sendAgain, startDue, whyIdle } from "./start-due.ts";
import { type EndedRun, findState, type HeldState, type ModelState, moveState } from "./state.ts";
import { frequencyOf } from "./window.ts";

/** Models of a page, and how many of them are looked at at the same time. */
const PAGE = 100;
const AT_ONCE = 8;

/**
 * Looks at every model: ends runs whose lease expired, tells what ends are not told yet, and starts what is due.
 * A fault of one model, or of the heartbeat, is logged and stops no other. Hosts may tick at the same time. `periodMs`
 * is how often the timer ticks; models that are not `wanted` are left alone. Rejects when the models cannot be listed.
 */
export async function tickModels(
  scheduling: Scheduling,
  periodMs: number = TICK_MS,
  wanted: (model: BusinessModel) => boolean = () => true,
): Promise<void> {
  const { documents, log } = scheduling.ports;
  const logged = async (
    what: string,
    facts: Record<string, unknown>,
    work: Promise<unknown>,
  ): Promise<void> => {
    try {
      await work;
    } catch (error) {
      log("error", what, { ...facts, error: error instanceof Error ? error.message : String(error) });
    }
  };
  await logged("the heartbeat of the business models failed", {}, recordTick(scheduling.ports, periodMs));
  let cursor: string | null = null;
  do {
    const from: { readonly cursor?: string } = cursor === null ? {} : { cursor };
    const page = await listModels(documents, { limit: PAGE, ...from });
    const models = page.items.filter(wanted);
    for (let first = 0; first < models.length; first += AT_ONCE) {
      const some = models.slice(first, first + AT_ONCE);
      await Promise.all(
        some.map((model) =>
          logged(
            "the schedule of a business model failed",
            { model: model.model },
            tickModel(scheduling, model),
          ),
        ),
      );
    }
    cursor = page.next;
  } while (cursor !== null);
}

async function tickModel(scheduling: Scheduling, model: BusinessModel): Promise<void> {
  const { documents, clock } = scheduling.ports;
  const held = await findState(documents, model.model);
  let state = held?.state;
  if (held && state && state.run !== null) {
    if (state.leaseUntil !== null && Date.parse(state.leaseUntil) > clock.now()) return;
    state = await takeOver(scheduling, model, held, state.run);
    if (!state) return;
  }
  if (state) await settleEnd(scheduling, model.model, model, state);
  await startDue(scheduling.ports, model);
}

/**
 * Sees to a run whose lease expired: one that nobody has begun is sent again, one whose job has ended ends as its
 * record says, any other is lost. Answers the state after its end; undefined where the run goes on, or somebody else
 * moved the model since it was read: the lease may have been renewed.
 */
async function takeOver(
  { ports }: Scheduling,
  model: BusinessModel,
  held: HeldState,
  run: string,
): Promise<ModelState | undefined> {
  const execution = await readExecution(ports.documents, run);
  const idle = whyIdle(model, held.state);
  if (!execution && held.state.worker === null && idle === undefined) {
    await sendAgain(ports, held);
    return undefined;
  }
  const ended = execution ? endOf(execution) : await lostRun(ports, held.state, run, idle);
  const change = afterEnd(held.state, ended, frequencyOf(model), ports.clock.now());
  return (await moveState(ports.documents, held, change))?.state;
}

/** The end of a run that nobody will tell. */
async function lostRun(
  { documents, clock }: Scheduling["ports"],
  { window, worker, coveredTo }: ModelState,
  run: string,
  idle = "is idle",
): Promise<EndedRun> {
  const now = clock.now();
  const startedAt = (await readRun(documents, run))?.startedAt ?? new Date(now).toISOString();
  const known = {
    id: run,
    ...(window ?? { from: coveredTo, to: coveredTo }),
    exitCode: null,
    rows: null,
    durationMs: Math.max(0, now - Date.parse(startedAt)),
    startedAt,
    endedAt: new Date(now).toISOString(),
  };
  if (worker === null) return { ...known, status: "cancelled", reason: `its model ${idle}` };
  try {
    await heedCancellation(documents, run);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    return { ...known, status: "cancelled", reason: error.message };
  }
  return { ...known, status: "failed", reason: "its host went away", lost: true };
}

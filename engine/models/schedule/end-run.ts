import { ContendedError } from "../../errors/contended-error.ts";
import type { Ports } from "../../ports.ts";
import { changeRun } from "../../runs/change.ts";
import { readStoredRun, replaceRun } from "../../runs/run.ts";
import type { BusinessModel } from "../model.ts";
import { afterEnd } from "./after-end.ts";
import { correctExecution } from "./execution.ts";
import type { Scheduling } from "./scheduling.ts";
import { changeState, type EndedRun, type ModelState } from "./state.ts";
import { frequencyOf } from "./window.ts";

/** How often a record is written anew over what somebody else wrote meanwhile. */
const TRIES = 5;

/**
 * Decides how a run ended, in one guarded write of its model's state, as long as it has the model; a second time it
 * changes nothing. Returns whether it counts: false where another run took over, or the state is gone. Rejects when the store fails.
 */
export async function decideEnd(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  name: string,
  model: BusinessModel | undefined,
  ended: EndedRun,
): Promise<boolean> {
  const state = await changeState(documents, name, (state) =>
    state.run === ended.id ? afterEnd(state, ended, frequencyOf(model), clock.now()) : undefined,
  );
  return state?.finished === ended.id;
}

/**
 * Tells everybody how a model's last run ended: its records, the model's `_meta`, and pauses the model where its
 * database is larger than it may be. Each step may be repeated, by any host, until the state says that all is told.
 * Rejects when store or server fail.
 */
export async function settleEnd(
  scheduling: Scheduling,
  name: string,
  model: BusinessModel | undefined,
  { lastRun, finished, coveredTo }: ModelState,
): Promise<void> {
  const { documents, clock, log } = scheduling.ports;
  if (finished === null || lastRun?.id !== finished) return;
  await correctExecution(documents, name, lastRun);
  await closeRun(scheduling.ports, lastRun);
  let oversize: string | undefined;
  if (model?.sql && model.deletedAt === undefined) {
    const { id, status, from, to, rows } = lastRun;
    const meta = { name: model.name, lastRun: id, lastStatus: status, from, to, coveredTo, rows };
    await scheduling.server.writeMeta({ model: name, database: model.database }, meta);
    oversize = await oversizeOf(scheduling, model.database);
  }
  const paused = oversize === undefined ? {} : pausedFor(oversize, clock.now());
  const now = await changeState(documents, name, (state) =>
    state.finished === finished ? { finished: null, ...(state.paused ? {} : paused) } : undefined,
  );
  if (now?.paused) log("warn", "a business model is paused", { model: name, reason: now.paused.reason });
}

/** Ends the own record of a run as it ended for the model, even where somebody ended it otherwise meanwhile. */
export async function closeRun(
  { documents }: Pick<Ports, "documents">,
  { id, status, from, to, exitCode, rows, durationMs, endedAt, reason }: EndedRun,
): Promise<void> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await readStoredRun(documents, id);
    if (!stored || (stored.item.endedAt !== undefined && stored.item.status === status)) return;
    const { error: _error, ...run } = stored.item;
    const progress = { ...run.progress, done: status === "succeeded" ? 1 : 0 };
    const result = { from, to, exitCode, rows, durationMs };
    const error = reason === undefined ? {} : { error: reason };
    if (await replaceRun(documents, { ...run, status, endedAt, progress, result, ...error }, stored.etag))
      return;
  }
  throw new ContendedError(`the run ${id}`, TRIES);
}

/** Ends the own record of a run that no model's state knows (any more): it cannot have an effect. */
export async function closeStray(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  id: string,
): Promise<void> {
  const endedAt = new Date(clock.now()).toISOString();
  const error = "its model is not with this run: another one took over, or the model was deleted";
  await changeRun({ documents }, id, (run) => ({ ...run, status: "failed", endedAt, error }));
}

/** Ends the own record of the run that a model had when it was deleted. */
export async function closeOfDeleted(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  id: string,
): Promise<void> {
  const endedAt = new Date(clock.now()).toISOString();
  await changeRun({ documents }, id, (run) => ({
    ...run,
    status: "cancelled",
    endedAt,
    error: "its model was deleted",
  }));
}

async function oversizeOf({ server, quota }: Scheduling, database: string): Promise<string | undefined> {
  const bytes = (await server.sizes([database])).get(database) ?? 0;
  if (bytes <= quota.bytes) return undefined;
  return (
    `its database has ${gibOf(bytes)} GiB, more than the quota of ${gibOf(quota.bytes)} GiB (${quota.setting}): ` +
    "make room as the job's user or with another .sql, then resume it"
  );
}

function gibOf(bytes: number): string {
  return (Math.ceil((bytes / 1024 ** 3) * 100) / 100).toString();
}

function pausedFor(reason: string, now: number): Pick<ModelState, "paused"> {
  return { paused: { reason, at: new Date(now).toISOString() } };
}

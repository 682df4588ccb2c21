import { CancelledError } from "../../errors/cancelled-error.ts";
import type { Ports } from "../../ports.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { changeRun } from "../../runs/change.ts";
import { readRun } from "../../runs/run.ts";
import type { BusinessModel } from "../model.ts";
import type { HowEnded } from "./do-job.ts";
import { whyIdle } from "./start-due.ts";
import { changeState, leaseFrom, type ModelState, type Window } from "./state.ts";

/** A run that one call works on. */
export interface Begun {
  readonly window: Window;
  /** Milliseconds since 1970, as is `leaseUntil`. */
  readonly startedAt: number;
  readonly leaseUntil: number;
}

/** Takes a run of a model for one worker; undefined where another has it by now. Safe to repeat. Rejects when the store fails. */
export async function beginRun(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  { name, run, worker }: { readonly name: string; readonly run: string; readonly worker: string },
): Promise<Begun | undefined> {
  const startedAt = clock.now();
  const taken = { worker, leaseUntil: leaseFrom(startedAt) };
  const state = await changeState(documents, name, (state) =>
    state.run === run && state.worker === null ? taken : undefined,
  );
  if (state?.run !== run || state.worker !== worker || !state.window) return undefined;
  return { window: state.window, startedAt, leaseUntil: Date.parse(state.leaseUntil ?? taken.leaseUntil) };
}

/**
 * How a run ends that must not begin, since its model does not run any more or somebody cancelled it; undefined for one
 * that may, and that its record calls running from then on. Safe to repeat. Rejects when the store fails.
 */
export async function reasonNotTo(
  ports: Pick<Ports, "documents" | "clock">,
  id: string,
  model: BusinessModel | undefined,
  state: ModelState,
): Promise<HowEnded | undefined> {
  const idle = whyIdle(model, state);
  if (idle !== undefined) return { status: "cancelled", reason: `its model ${idle}` };
  try {
    await heedCancellation(ports.documents, id);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    return { status: "cancelled", reason: error.message };
  }
  const now = new Date(ports.clock.now()).toISOString();
  const running = await changeRun(ports, id, (run) => ({
    ...run,
    status: "running",
    startedAt: run.startedAt ?? now,
  }));
  if (running) return undefined;
  const { status, error: reason = "it was ended before it began" } =
    (await readRun(ports.documents, id)) ?? {};
  return { status: status === "cancelled" ? "cancelled" : "failed", reason };
}

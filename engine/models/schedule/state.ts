import { ContendedError } from "../../errors/contended-error.ts";
import type { Documents, Item } from "../../ports.ts";
import type { BusinessModel } from "../model.ts";

/** A slice of time that a run covers: `from` is in it, `to` is not. ISO 8601 UTC with milliseconds. */
export interface Window {
  readonly from: string;
  readonly to: string;
}

/** How a run of a model's job ended. */
export interface EndedRun extends Window {
  readonly id: string;
  readonly status: "succeeded" | "failed" | "cancelled";
  /** Null where the job did not exit by itself, or never began. */
  readonly exitCode: number | null;
  /** Rows of the model's tables at the end; null where nobody could tell. */
  readonly rows: number | null;
  readonly durationMs: number;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Why it did not succeed. */
  readonly reason?: string;
  /** It failed for a reason that says nothing of the job: its host went away. It counts as no failure. */
  readonly lost?: true;
}

/** Why a model's job runs no more until somebody sees to it. */
export interface Paused {
  readonly reason: string;
  readonly at: string;
}

/**
 * How far a model's time is covered, and which run is at work on it: item `model-state|<id>` of `control`, from the
 * first claim on. Every write is guarded by its etag: it alone decides who runs and what counts.
 */
export interface ModelState extends Item {
  readonly kind: "model-state";
  readonly model: string;
  /** The end of the last window that a run succeeded on; the model's `from` before that. */
  readonly coveredTo: string;
  /** The run that has the model; null when none has. */
  readonly run: string | null;
  /** Names the one call that works on the run; null until one does. A run is begun by one alone. */
  readonly worker: string | null;
  /** When the run is taken to be lost unless the lease is renewed. */
  readonly leaseUntil: string | null;
  /** What the run covers; it stays the same as long as the run has the model. */
  readonly window: Window | null;
  /** Failed runs in a row. */
  readonly failures: number;
  /** When the next run is due, where `coveredTo` and the frequency do not tell: after an end that was no success, or because somebody asked. */
  readonly retryAt: string | null;
  readonly paused: Paused | null;
  readonly lastRun: EndedRun | null;
  /** `lastRun`'s id, as long as its records may not know yet how it ended. */
  readonly finished: string | null;
}

/** A model's state with the etag that guards the next step; none where it has not been written yet. */
export interface HeldState {
  readonly state: ModelState;
  readonly etag: string | undefined;
}

/** What a step may change. */
export type StateChange = Partial<Omit<ModelState, "id" | "kind" | "model">>;

/** When no run has the model. */
export const BETWEEN_RUNS = { run: null, worker: null, leaseUntil: null, window: null };

/**
 * A lease that is not renewed for so long belongs to nobody: much longer than {@link BEAT_MS} and than clocks of hosts
 * differ.
 */
export const LEASE_MS = 2 * 60_000;
/** How often a run at work renews its lease, and looks whether it was cancelled. */
export const BEAT_MS = 10_000;

/** How often a change is made anew on what somebody else wrote meanwhile. */
const TRIES = 20;

/** The id of a model's state, which is its partition too. */
export function stateId(model: string): string {
  return `model-state|${model}`;
}

/** When a lease ends that is taken now. */
export function leaseFrom(now: number): string {
  return new Date(now + LEASE_MS).toISOString();
}

/** Reads a model's state; undefined before its first run was claimed. */
export async function findState(documents: Documents, model: string): Promise<HeldState | undefined> {
  const stored = await documents.read<ModelState>("control", stateId(model), stateId(model));
  return stored && { state: stored.item, etag: stored.etag };
}

/** What a model's state is before its first run was claimed. */
export function stateBefore({ model, from }: Pick<BusinessModel, "model" | "from">): ModelState {
  return {
    id: stateId(model),
    kind: "model-state",
    model,
    coveredTo: from,
    ...BETWEEN_RUNS,
    failures: 0,
    retryAt: null,
    paused: null,
    lastRun: null,
    finished: null,
  };
}

/** Moves a state one step; undefined when somebody else moved it since it was read. */
export async function moveState(
  documents: Documents,
  held: HeldState,
  change: StateChange,
): Promise<HeldState | undefined> {
  const state = { ...held.state, ...change };
  const write =
    held.etag === undefined
      ? ({ op: "create", item: state } as const)
      : ({ op: "replace", item: state, etag: held.etag } as const);
  const result = await documents.write("control", state.id, [write]);
  return result.written ? { state, etag: result.etags[0] } : undefined;
}

/**
 * Changes a state that there is, whoever else does at the same time: `change` is called again with what they wrote,
 * and answers undefined to leave it as it is. Returns it as it then stands; undefined where there is none.
 */
export async function changeState(
  documents: Documents,
  model: string,
  change: (state: ModelState) => StateChange | undefined,
): Promise<ModelState | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const held = await findState(documents, model);
    const wanted = held && change(held.state);
    if (!held || !wanted) return held?.state;
    const moved = await moveState(documents, held, wanted);
    if (moved) return moved.state;
  }
  throw new ContendedError(`the state of model ${model}`, TRIES);
}

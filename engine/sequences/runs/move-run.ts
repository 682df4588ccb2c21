import { ContendedError } from "../../errors/contended-error.ts";
import type { Ports } from "../../ports.ts";
import { readSequenceRun, type SequenceRun } from "./sequence-run.ts";
import { readStep, type StepRecord } from "./step-record.ts";

/** How often a move is made anew on what somebody else wrote meanwhile. */
const TRIES = 20;

/** A run that has not ended, and the record of the step that it is at; undefined where that was never begun. */
export interface HeldRun {
  readonly run: SequenceRun;
  readonly step: StepRecord | undefined;
}

/** What a move writes, in one batch. */
export interface Move {
  readonly run: SequenceRun;
  /** The record of the step that it was at. */
  readonly step?: StepRecord;
}

/**
 * Moves a run that has not ended, and the record of the step that it is at, in one guarded write, whoever else does at the same
 * time: `decide` is called again with what they wrote, and answers undefined to leave all as it is; `now` is ISO 8601. Returns the run as it
 * then stands; undefined where there is none. When it rejects, the move may have been made or not.
 */
export async function moveRun(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  id: string,
  decide: (held: HeldRun, now: string) => Move | undefined,
): Promise<SequenceRun | undefined> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await readSequenceRun(documents, id);
    if (!stored || stored.item.endedAt !== undefined) return stored?.item;
    const step = await readStep(documents, id, stored.item.state.at);
    const now = new Date(clock.now()).toISOString();
    const move = decide({ run: stored.item, step }, now);
    if (!move) return stored.item;
    const run = { ...move.run, state: { ...move.run.state, movedAt: now } };
    const { written } = await documents.write("operations", id, [
      { op: "replace", item: run, etag: stored.etag },
      ...(move.step ? [{ op: "upsert", item: move.step } as const] : []),
    ]);
    if (written) return run;
  }
  throw new ContendedError(`the run ${id}`, TRIES);
}

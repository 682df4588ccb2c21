import type { Culprit } from "../sync/control.ts";
import { BY_UNDO, type Doing, isDoingOf } from "./culprit.ts";

/** An undo, in its place in an entity's chain. */
export interface Undo {
  readonly sequence: number;
  readonly event: Doing["event"];
  readonly culprit: Culprit;
}

/**
 * What an undo makes of a record before it: `taken` back now, or `lost` to an earlier undo, as before; `back` where it
 * counts again, since the undo that took it is taken back itself; else it `stands`.
 */
export type Fate = "taken" | "lost" | "back" | "stands";

/** A record, as far as undos look at it. */
export type Judged = Doing & { readonly sequence: number };

/** How `undo` alters what the undos before it made of an entity's records. */
export function fateBy(undo: Undo, earlier: readonly Undo[]): (record: Judged) => Fate {
  const before = standingUndos(earlier);
  const after = standingUndos([...earlier, undo]);
  return (record) => {
    const lost = isTakenBack(record, before);
    if (!isTakenBack(record, after)) return lost ? "back" : "stands";
    return lost && !isDoingOf(undo.culprit, record) ? "lost" : "taken";
  };
}

/** Those that no later undo took back; one that is taken back lets its records count again. */
function standingUndos(undos: readonly Undo[]): readonly Undo[] {
  const standing: Undo[] = [];
  for (const undo of undos.toReversed()) {
    const doing = { event: undo.event, rule: BY_UNDO };
    if (!standing.some((later) => isDoingOf(later.culprit, doing))) standing.push(undo);
  }
  return standing;
}

/** What a culprit does after its undo counts. */
function isTakenBack(record: Judged, undos: readonly Undo[]): boolean {
  return undos.some(({ sequence, culprit }) => record.sequence < sequence && isDoingOf(culprit, record));
}

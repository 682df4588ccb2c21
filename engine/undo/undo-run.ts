import type { Working } from "../runs/work.ts";
import { dryRun } from "./dry-run.ts";
import { keysAfter } from "./keys.ts";
import { sendUndos } from "./send-undos.ts";
import type { UndoRequest, UndoState, UndoWork } from "./undo-state.ts";

/** Most keys that are counted with one question. */
const COUNTED = 1_000;

/**
 * Takes back what a culprit did, or tells what would come of that: counts the entities that it did something to, then
 * takes them up in the order of their keys. What a slice did before it was cut off is done again without effect.
 */
export async function undoDocuments(
  work: UndoWork,
  run: Working<UndoState>,
): Promise<Record<string, unknown> | "again"> {
  const request = run.request as UndoRequest;
  const { documents } = work.ports;
  let state = run.state ?? { total: 0, counted: "", after: "" };
  while (state.counted !== undefined) {
    if (run.spent()) return "again";
    const keys = await keysAfter(documents, request, state.counted, COUNTED);
    state = { ...state, total: state.total + keys.length, counted: keys.at(-1) };
    await run.save({ done: 0, total: state.total, state });
  }
  return request.dryRun ? dryRun(work, request, run, state) : sendUndos(work, request, run, state);
}

import { earlier } from "../condition.ts";
import type { Working } from "../runs/work.ts";
import {
  countQuarantine,
  listQuarantine,
  type QuarantineFilter,
  readQuarantined,
} from "./quarantine-list.ts";
import { type ReplayContext, replayQuarantined } from "./replay-quarantined.ts";

/** Where a replay of quarantine stands. */
export interface QuarantineReplayState {
  /** Where the next page begins; undefined before the first, null after the last. */
  readonly next?: string | null;
  readonly replayed: number;
  /** They are still no events, and stay. */
  readonly refused: number;
  /** The events that were sent. */
  readonly events: number;
}

const PAGE = 50;

/**
 * Replays the inputs in quarantine that came in before the run was begun, the oldest first. What is sent twice after a
 * crash has the same event ids, and no effect the second time.
 */
export async function replayQuarantine(
  context: Omit<ReplayContext, "run">,
  run: Working<QuarantineReplayState>,
): Promise<Record<string, unknown> | "again"> {
  const { documents } = context.ports;
  const filter = run.request as QuarantineFilter;
  const standing = { ...filter, until: earlier(filter.until, run.startedAt) };
  const total = run.state ? {} : { total: await countQuarantine(documents, standing) };
  let state = run.state ?? { replayed: 0, refused: 0, events: 0 };
  while (state.next !== null) {
    if (run.spent()) return "again";
    const more = state.next === undefined ? {} : { cursor: state.next };
    const page = await listQuarantine(documents, standing, "ASC", { limit: PAGE, ...more });
    let { replayed, refused, events } = state;
    for (const { id } of page.items) {
      const stored = await readQuarantined(documents, id);
      if (!stored) continue;
      const result = await replayQuarantined(stored, { ...context, run: run.id });
      if (result.status === "refused") refused += 1;
      else {
        replayed += 1;
        events += result.ids.length;
      }
    }
    state = { next: page.next, replayed, refused, events };
    await run.save({ done: replayed + refused, state, result: { replayed, refused, events }, ...total });
  }
  const { replayed, refused, events } = state;
  return { replayed, refused, events };
}

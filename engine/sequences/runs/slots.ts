import type { SequencePlan } from "../sequence.ts";

/** How many runs of a sequence may be at work at a time, and which are. */
export interface Slots extends Readonly<NonNullable<SequencePlan["concurrency"]>> {
  /** In the order in which they got their slots. */
  readonly active: readonly { readonly run: string; readonly since: string }[];
  /** In the order in which they came. */
  readonly waiting: readonly string[];
}

/** Most runs of a sequence that wait. */
export const MOST_WAITING = 10_000;

/** What becomes of a run that wants a slot. */
export type Entry = "active" | "waiting" | "skipped" | "too-many";

/** Gives a run a slot or a place in line; one that has either keeps it. `now`: ISO 8601. */
export function enter(
  slots: Slots,
  run: string,
  now: string,
): { readonly slots: Slots; readonly entry: Entry } {
  const { active, waiting } = slots;
  if (active.some((each) => each.run === run)) return { slots, entry: "active" };
  if (waiting.includes(run)) return { slots, entry: "waiting" };
  if (waiting.length === 0 && active.length < slots.limit) {
    return { slots: { ...slots, active: [...active, { run, since: now }] }, entry: "active" };
  }
  if (slots.when_full === "skip") return { slots, entry: "skipped" };
  if (waiting.length >= MOST_WAITING) return { slots, entry: "too-many" };
  return { slots: { ...slots, waiting: [...waiting, run] }, entry: "waiting" };
}

/** Takes runs that ended out of slots and line, and gives the slots that are free to those that wait longest. */
export function leave(slots: Slots, runs: readonly string[], now: string): Slots {
  const gone = new Set(runs);
  const active = slots.active.filter(({ run }) => !gone.has(run));
  const waiting = slots.waiting.filter((run) => !gone.has(run));
  const free = Math.max(0, slots.limit - active.length);
  const next = waiting.slice(0, free).map((run) => ({ run, since: now }));
  return { ...slots, active: [...active, ...next], waiting: waiting.slice(free) };
}

/** The runs that have to make room for newer ones: all but the newest, where the old ones are to be cancelled. */
export function outdated({ limit, when_full, active, waiting }: Slots): readonly string[] {
  if (when_full !== "cancel") return [];
  const all = [...active.map(({ run }) => run), ...waiting];
  return all.slice(0, Math.max(0, all.length - limit));
}

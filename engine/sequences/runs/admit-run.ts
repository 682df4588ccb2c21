import type { Ports } from "../../ports.ts";
import { cancelSequenceRun } from "./cancel-sequence-run.ts";
import { endedRun } from "./ended-run.ts";
import { freeSlots } from "./free-slots.ts";
import { moveRun } from "./move-run.ts";
import { markWaiting, sendFirst } from "./send-first.ts";
import { readRunPlan, readSequenceRun, type SequenceRun } from "./sequence-run.ts";
import { type Entry, enter, MOST_WAITING, outdated, type Slots } from "./slots.ts";
import { changeSlots } from "./slots-store.ts";

/** Who cancels a run for a newer one. */
const FOR_A_NEWER_ONE = "a newer run";

/**
 * Decides on a run that is recorded and nothing more: it begins, waits in line, or ends because all slots of its sequence
 * are taken. Safe to repeat, by any host. Rejects when store or queue fail: then a tick does it.
 */
export async function admitRun(ports: Ports, id: string): Promise<void> {
  const { documents, clock } = ports;
  const run = (await readSequenceRun(documents, id))?.item;
  if (!run || run.endedAt !== undefined || run.state.stage !== "new") return;
  const concurrency = (await readRunPlan(documents, id))?.plan.concurrency;
  if (!concurrency) return void (await sendFirst(ports, id));
  const now = new Date(clock.now()).toISOString();
  let entry: Entry = "active";
  const slots = await changeSlots(documents, run.name, (known) => {
    const entered = enter(ruledBy(concurrency, known), id, now);
    ({ entry } = entered);
    return entered.slots;
  });
  await done(ports, run, entry);
  if (slots) await cancelOutdated(ports, slots);
}

/** Slots under the rules that the sequence has now. */
export function ruledBy({ limit, when_full }: Pick<Slots, "limit" | "when_full">, known?: Slots): Slots {
  if (!known) return { limit, when_full, active: [], waiting: [] };
  return known.limit === limit && known.when_full === when_full ? known : { ...known, limit, when_full };
}

/** Cancels the runs that have to make room, where the sequence wants that. Safe to repeat. */
export async function cancelOutdated(ports: Ports, slots: Slots): Promise<void> {
  for (const run of outdated(slots)) await cancelSequenceRun(ports, run, FOR_A_NEWER_ONE);
}

async function done(ports: Ports, { run, name }: SequenceRun, entry: Entry): Promise<void> {
  if (entry === "waiting") return markWaiting(ports, run);
  if (entry === "active") {
    if ((await sendFirst(ports, run)) === "ended") await freeSlots(ports, name, [run]);
    return;
  }
  const reason =
    entry === "skipped"
      ? "it was skipped: as many runs of the sequence as may be are at work already"
      : `${String(MOST_WAITING)} runs of the sequence wait already`;
  await moveRun(ports, run, (held, now) =>
    held.run.state.stage === "new" ? { run: endedRun(held.run, "cancelled", now, reason) } : undefined,
  );
}

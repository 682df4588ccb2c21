import type { Ports } from "../../ports.ts";
import { sendFirst } from "./send-first.ts";
import { leave, type Slots } from "./slots.ts";
import { changeSlots } from "./slots-store.ts";

/**
 * Frees the slots of runs that ended, and begins those that waited for them. Without any, it only begins those for which
 * there is room by now. Safe to repeat. Rejects when store or queue fail: what was begun but not sent then is sent by a tick.
 */
export async function freeSlots(
  ports: Ports,
  sequence: string,
  ended: readonly string[],
  rules: (slots: Slots) => Slots = (slots) => slots,
): Promise<void> {
  let gone = ended;
  do {
    const begun = await left(ports, sequence, gone, rules);
    const over: string[] = [];
    for (const run of begun) if ((await sendFirst(ports, run)) === "ended") over.push(run);
    gone = over;
  } while (gone.length > 0);
}

/** The runs that got their slots. */
async function left(
  { documents, clock }: Ports,
  sequence: string,
  gone: readonly string[],
  rules: (slots: Slots) => Slots,
): Promise<readonly string[]> {
  const now = new Date(clock.now()).toISOString();
  let begun: readonly string[] = [];
  await changeSlots(documents, sequence, (slots) => {
    if (!slots) return undefined;
    const next = leave(rules(slots), gone, now);
    const had = new Set(slots.active.map(({ run }) => run));
    begun = next.active.map(({ run }) => run).filter((run) => !had.has(run));
    return begun.length > 0 || next.active.length !== had.size || differs(slots, next) ? next : undefined;
  });
  return begun;
}

function differs(one: Slots, other: Slots): boolean {
  return (
    one.waiting.length !== other.waiting.length ||
    one.limit !== other.limit ||
    one.when_full !== other.when_full
  );
}

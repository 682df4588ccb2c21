import { ContendedError } from "../../errors/contended-error.ts";
import type { Documents, Item } from "../../ports.ts";
import type { Slots } from "./slots.ts";

/** The slots of a sequence: item `sequence-state|<name>` of `control`, from its first run on that has a limit. */
export interface StoredSlots extends Item, Slots {
  readonly kind: "sequence-state";
  readonly sequence: string;
}

/** How often a change is made anew on what somebody else wrote meanwhile, and the longest wait before that. */
const TRIES = 30;
const LONGEST_WAIT_MS = 500;

/** The id of a sequence's slots, which is their partition too. */
export function slotsId(sequence: string): string {
  return `sequence-state|${sequence}`;
}

/** Reads the slots of a sequence; undefined where it never had any. */
export async function readSlots(documents: Documents, sequence: string): Promise<StoredSlots | undefined> {
  const id = slotsId(sequence);
  return (await documents.read<StoredSlots>("control", id, id))?.item;
}

/**
 * Changes the slots of a sequence, whoever else does at the same time: `change` is called again with what they wrote
 * (undefined where there is nothing yet), and answers undefined to leave them as they are. Returns them as they then stand.
 */
export async function changeSlots(
  documents: Documents,
  sequence: string,
  change: (slots: Slots | undefined) => Slots | undefined,
): Promise<Slots | undefined> {
  const id = slotsId(sequence);
  for (let tries = 1; tries <= TRIES; tries++) {
    const stored = await documents.read<StoredSlots>("control", id, id);
    const slots = change(stored?.item);
    if (!slots || slots === stored?.item) return stored?.item;
    const { limit, when_full, active, waiting } = slots;
    const item: StoredSlots = { id, kind: "sequence-state", sequence, limit, when_full, active, waiting };
    const { written } = await documents.write("control", id, [
      stored ? { op: "replace", item, etag: stored.etag } : { op: "create", item },
    ]);
    if (written) return item;
    // Where many begin or end at once, they get out of each other's way.
    const pause = Math.random() * Math.min(LONGEST_WAIT_MS, 10 * tries);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new ContendedError(`the slots of sequence ${sequence}`, TRIES);
}

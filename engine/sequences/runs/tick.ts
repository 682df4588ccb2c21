import { STEPS } from "../../define/topology.ts";
import type { Ports } from "../../ports.ts";
import { readAll } from "../../read-pages.ts";
import { admitRun, cancelOutdated, ruledBy } from "./admit-run.ts";
import { freeSlots } from "./free-slots.ts";
import { moveRun } from "./move-run.ts";
import { sendFirst } from "./send-first.ts";
import { readSequenceRun } from "./sequence-run.ts";
import type { SequenceWork } from "./sequence-work.ts";
import type { StoredSlots } from "./slots-store.ts";
import { messageFor } from "./step-message.ts";
import { startForBlobs } from "./triggers/blobs.ts";
import { startOnSchedule } from "./triggers/schedule.ts";

/** How often the timer ticks. */
export const TICK_MS = 15_000;

/** How long a run is left to who records it before a tick admits it. */
const LEFT_ALONE_MS = TICK_MS;

/**
 * A run that was not heard of for so long lost its message, as when somebody emptied the queue: no attempt takes that
 * long. Where it did not, the message that is sent again is one more that is past when it comes.
 */
const SILENT_MS = 60 * 60_000;

/** Most runs of a kind that one tick sees to, and slots of a sequence that are looked at at the same time. */
const MOST_ADMITTED = 1_000;
const AT_ONCE = 8;

/**
 * Starts what is due by schedules and new blobs, and does what hosts left undone that went away: runs that are recorded
 * and not admitted, slots of runs that ended, first messages that were never sent. A fault of one part is logged and
 * stops no other. Hosts may tick at the same time.
 */
export async function tickSequences(work: SequenceWork): Promise<void> {
  const { log } = work.ports;
  const logged = async (what: string, part: Promise<void>): Promise<void> => {
    try {
      await part;
    } catch (error) {
      log("error", `${what} failed`, { error: error instanceof Error ? error.message : String(error) });
    }
  };
  await logged("starting sequences on their schedules", startOnSchedule(work));
  await logged("admitting runs of sequences", admitLeft(work.ports));
  await logged("seeing to the slots of sequences", tendSlots(work, logged));
  await logged("sending runs of sequences that fell silent", sendSilent(work.ports));
  await logged("starting sequences for new blobs", startForBlobs(work));
}

/** What the tick asks the store: runs that are recorded and nothing more, those that fell silent, and slots. */
export const LEFT_RUNS =
  "SELECT VALUE c.run FROM c WHERE c.id = 'run' AND c.kind = 'sequence' AND c.status = 'queued' AND c.state.stage = 'new' AND c.queuedAt < @before ORDER BY c.queuedAt";
export const SILENT_RUNS =
  "SELECT VALUE c.run FROM c WHERE c.id = 'run' AND c.kind = 'sequence' AND c.status IN ('queued', 'running', 'waiting') AND c.state.stage = 'sent' AND c.state.movedAt < @before AND (c.state.notBefore = null OR c.state.notBefore < @before)";
export const ALL_SLOTS = "SELECT * FROM c WHERE c.kind = 'sequence-state'";

async function admitLeft(ports: Ports): Promise<void> {
  const before = new Date(ports.clock.now() - LEFT_ALONE_MS).toISOString();
  const query = { text: LEFT_RUNS, parameters: { before }, limit: MOST_ADMITTED };
  const { items } = await ports.documents.query<string>("operations", query);
  for (const run of items) await admitRun(ports, run);
}

async function sendSilent(ports: Ports): Promise<void> {
  const before = new Date(ports.clock.now() - SILENT_MS).toISOString();
  const query = { text: SILENT_RUNS, parameters: { before }, limit: MOST_ADMITTED };
  const { items } = await ports.documents.query<string>("operations", query);
  for (const id of items) {
    const run = (await readSequenceRun(ports.documents, id))?.item;
    if (!run || run.endedAt !== undefined) continue;
    ports.log("warn", "a run of a sequence fell silent: its message is sent again", { run: id });
    await ports.queue(STEPS).send([messageFor(run)]);
    // Once is enough for the next hour.
    await moveRun(ports, id, (held) =>
      held.run.state.movedAt === run.state.movedAt ? { run: held.run } : undefined,
    );
  }
}

async function tendSlots(
  work: SequenceWork,
  logged: (what: string, part: Promise<void>) => Promise<void>,
): Promise<void> {
  const { documents } = work.ports;
  for await (const slots of readAll<StoredSlots>(documents, "control", { text: ALL_SLOTS })) {
    await logged(`seeing to the slots of sequence ${slots.sequence}`, tendSlotsOf(work, slots));
  }
}

async function tendSlotsOf({ ports, book }: SequenceWork, slots: StoredSlots): Promise<void> {
  const { sequence, active, waiting } = slots;
  if (active.length === 0 && waiting.length === 0) return;
  const ended: string[] = [];
  for (let first = 0; first < active.length; first += AT_ONCE) {
    const some = active.slice(first, first + AT_ONCE);
    const ends = await Promise.all(some.map(({ run }) => sendFirst(ports, run)));
    ended.push(...some.flatMap(({ run }, index) => (ends[index] === "ended" ? [run] : [])));
  }
  await freeSlots(ports, sequence, ended);
  await cancelOutdated(ports, slots);
  // One that was cancelled while it waited left the line unless who cancelled it went away.
  const [first] = waiting;
  if (first !== undefined && (await readSequenceRun(ports.documents, first))?.item.endedAt !== undefined) {
    await freeSlots(ports, sequence, [first]);
  }
  // Last, since a faulty file of the sequence is to keep nobody from a slot that is free.
  const rules = (await book.find(sequence))?.plan.concurrency;
  if (rules) await freeSlots(ports, sequence, [], (known) => ruledBy(rules, known));
}

import { type Shelved, shelve } from "../audit/stub.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { OutgoingMessage } from "../ports.ts";
import { announcementOf } from "../sync/announce.ts";
import type { Erasing } from "../sync/control.ts";
import type { LoadedEntity, Parked } from "../sync/entity.ts";
import type { EntityContext } from "../sync/entity-store.ts";
import { readRecords } from "../sync/known.ts";
import { lineWithout, parkedId, readLine } from "../sync/park.ts";
import { tookFromLine } from "./erased.ts";

/** Most events that leave a line at once: each is a record and a delete, in a batch of 100 with the document. */
export const MAX_STEP = 49;

/** What a document says of its line while it is being emptied. */
const BEING_ERASED = "the entity is being erased, and its line with it";

/**
 * Takes the first events out of the line of a parked entity: each leaves a record that it was skipped, born without
 * personal values. Those that have their record already are announced first, since nobody else may have done it. All of
 * it is one batch: after a crash the line is as it was, or shorter. `fitting` is the most to take. Answers "conflict"
 * where somebody else changed the document, and "too large" where so many do not fit a batch.
 */
export async function eraseLine(
  { ports, topic, entities, folding }: EntityContext,
  erasing: Erasing,
  entity: LoadedEntity & { readonly parked: Parked },
  key: string,
  fitting: number,
): Promise<"taken" | "conflict" | "too large"> {
  const { documents, clock } = ports;
  const line = await readLine(documents, key, entity.parked, fitting + 1);
  const taken = line.slice(0, fitting);
  const known = await readRecords(
    documents,
    key,
    taken.map(({ event }) => event),
  );
  const at = new Date(clock.now()).toISOString();
  const announcements: OutgoingMessage[] = [];
  const records: Shelved[] = [];
  let { state } = entity;
  for (const { event } of taken) {
    const record = known.get(event.id);
    const announcement = record && announcementOf(record, undefined);
    if (announcement) announcements.push(announcement);
    if (record) continue;
    const folded = folding.erase(state, event, tookFromLine(erasing), at);
    ({ state } = folded);
    records.push(shelve(folded.record));
  }
  if (announcements.length > 0) await topic.publish(announcements);
  const next = line[taken.length]?.event.id;
  const left = lineWithout(taken.length, { ...entity.parked, reason: BEING_ERASED }, next);
  const others = taken.map(({ event }) => ({ op: "delete", id: parkedId(event.id) }) as const);
  try {
    const result = await entities.write(key, { ...entity, state, parked: left }, { records, others }, at);
    return result.written ? "taken" : "conflict";
  } catch (error) {
    if (error instanceof TooLargeError && taken.length > 1) return "too large";
    throw error;
  }
}

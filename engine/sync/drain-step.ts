import type { StoredRecord } from "../audit/record.ts";
import { type Shelved, shelve } from "../audit/stub.ts";
import { TooLargeError } from "../errors/too-large-error.ts";
import type { OutgoingMessage } from "../ports.ts";
import { announcementOf } from "./announce.ts";
import type { LineControl } from "./control.ts";
import type { LoadedEntity, Parked } from "./entity.ts";
import type { Folding } from "./fold-next.ts";
import { faultOf, lineWithout, type ParkedEvent } from "./park.ts";

/** Most events that leave a line at once: with the document they fill a transactional batch of 100. */
export const MAX_STEP = 99;
/** How many bytes of JSON a batch may come to: Cosmos DB takes 2 MB, and counts what it adds itself. */
const MAX_BYTES = 1_800_000;
/** What a document says of its line while it is being drained. */
const BEING_DRAINED = "the events before it have left the line, and its turn has not come yet";

/** The first part of a line, and what is known of it. */
export interface LineBegin {
  readonly parked: Parked;
  readonly line: readonly ParkedEvent[];
  /** The audit records that some of its events have already. */
  readonly known: ReadonlyMap<string, StoredRecord>;
}

/** Most events to fold in one step; `none`: not even the next one alone fits the store. */
export type Fitting = number | "none";

/** One step of a drain: what to write, then to announce, and then to take out of the line. */
export interface DrainStep {
  /** With what was folded, and with the new fault where the next event failed again; the line is as long as before. */
  readonly after: LoadedEntity & { readonly parked: Parked };
  readonly records: readonly Shelved[];
  /** What was applied before comes first. */
  readonly announcements: readonly OutgoingMessage[];
  readonly done: readonly ParkedEvent[];
  /** What the document says of the line when those have left it. */
  readonly left: Parked | undefined;
  /** The event that comes next failed for good, again. */
  readonly failed: boolean;
}

/**
 * Plans the next step of a drain; undefined where there is nothing to do: an operator wants an event skipped that is
 * not the first. Events that have their record are done, and announced again; the others are folded until one fails,
 * or a batch is full.
 */
export function planStep(
  entity: LoadedEntity,
  { parked, line, known }: LineBegin,
  control: LineControl,
  folding: Folding,
  { at, fitting }: { readonly at: string; readonly fitting: Fitting },
): DrainStep | undefined {
  // One that this very message began to drain had the event skipped then.
  const skip = control.kind === "skip" && parked.by !== control.id ? control.skip : undefined;
  const first = line.find(({ event }) => !known.has(event.id));
  if (skip && first?.event.id !== skip.eventId && !known.has(skip.eventId)) return undefined;

  const again: OutgoingMessage[] = [];
  const fresh: OutgoingMessage[] = [];
  const records: Shelved[] = [];
  const done: ParkedEvent[] = [];
  let { state } = entity;
  let bytes = 0;
  let fault: Parked | undefined;
  for (const waiting of line.slice(0, MAX_STEP)) {
    const { event } = waiting;
    const record = known.get(event.id);
    if (record) {
      const announcement = announcementOf(record, undefined);
      if (announcement) again.push(announcement);
      done.push(waiting);
      continue;
    }
    if (records.length === fitting) break;
    try {
      if (fitting === "none")
        throw new TooLargeError("the document or its audit record is larger than the store takes");
      const folded =
        event.id === skip?.eventId ? folding.skip(state, event, skip, at) : folding.fold(state, event, at);
      const shelved = shelve(folded.record);
      bytes += shelved.bytes;
      if (records.length > 0 && bytes + sizeOf(folded.state) > MAX_BYTES) break;
      ({ state } = folded);
      records.push(shelved);
      const announcement = announcementOf(folded.record, state.data);
      if (announcement) fresh.push(announcement);
      done.push(waiting);
    } catch (error) {
      // Folding is pure: what it throws, it would throw again.
      fault = { ...parked, eventId: event.id, reason: faultOf(error), at, by: control.id };
      break;
    }
  }
  const next = line[done.length]?.event.id;
  return {
    after: { ...entity, state, parked: fault ?? parked },
    records,
    announcements: [...again, ...fresh],
    done,
    left: lineWithout(done.length, fault ?? { ...parked, reason: BEING_DRAINED, by: control.id }, next),
    failed: fault !== undefined,
  };
}

function sizeOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}

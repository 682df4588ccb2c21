import type { CloudEvent } from "../define/event.ts";
import { UnavailableError } from "../errors/unavailable-error.ts";
import type { Documents, Write } from "../ports.ts";
import type { Parked } from "./entity.ts";

/** An event that waits: item `parked|<event id>` of its entity's partition in `unified`. */
export interface ParkedEvent {
  readonly id: string;
  readonly kind: "parked";
  readonly key: string;
  /** Its place in line: 1 for the event that parked the entity. */
  readonly place: number;
  readonly event: CloudEvent;
  readonly at: string;
}

/** The id of the item of an event that waits. */
export function parkedId(eventId: string): string {
  return `parked|${eventId}`;
}

/** Longest reason that a document keeps, in characters: the faults of a schema may be many. */
const MAX_REASON = 4_000;

/** Why an event failed for good, as a document says it. */
export function faultOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return (reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON)}…` : reason).toWellFormed();
}

/** The writes that put `events` in line behind `parked`, and what the document says of the line after them. */
export function parkingWrites(
  events: readonly CloudEvent[],
  parked: Parked,
  at: string,
): { parked: Parked; writes: Write[] } {
  const { last, waiting } = parked;
  const writes = events.map((event, index): Write => {
    const place = (last ?? waiting) + index + 1;
    const item: ParkedEvent = {
      id: parkedId(event.id),
      kind: "parked",
      key: event.subject,
      place,
      event,
      at,
    };
    return { op: "create", item };
  });
  const more = events.length;
  const after = last === undefined ? {} : { last: last + more };
  return { parked: { ...parked, waiting: waiting + more, ...after }, writes };
}

/** What the document says of the line when its first `done` events leave it and `next` is then the first. */
export function lineWithout(done: number, parked: Parked, next: string | undefined): Parked | undefined {
  const waiting = parked.waiting - done;
  if (waiting <= 0) return undefined;
  return { ...parked, eventId: next ?? parked.eventId, waiting, last: parked.last ?? parked.waiting };
}

/** The query of a line, in one partition. */
export const LINE = "SELECT * FROM c WHERE c.kind = 'parked' ORDER BY c.place";

/**
 * The first events in an entity's line, in order: `limit` of them, or all where fewer wait. Throws an
 * UnavailableError where the store does not list yet all that the document counts.
 */
export async function readLine(
  documents: Documents,
  key: string,
  { waiting }: Parked,
  limit: number,
): Promise<readonly ParkedEvent[]> {
  const line: ParkedEvent[] = [];
  let cursor: string | null | undefined;
  while (line.length < limit && cursor !== null) {
    const page = await documents.query<ParkedEvent>("unified", {
      text: LINE,
      partition: key,
      limit: limit - line.length,
      ...(cursor === undefined ? {} : { cursor }),
    });
    line.push(...page.items);
    cursor = page.next;
  }
  if (line.length < Math.min(limit, waiting)) {
    throw new UnavailableError(
      `the store lists ${line.length} of the ${waiting} events that wait for ${key}`,
    );
  }
  return line;
}

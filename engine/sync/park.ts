import type { CloudEvent } from "../define/event.ts";
import type { Write } from "../ports.ts";
import type { Parked } from "./entity.ts";

/** An event that waits: item `parked|<event id>` of its entity's partition in `unified`. */
export interface ParkedEvent {
  readonly id: string;
  readonly kind: "parked";
  readonly key: string;
  /** Its place in line: 1 for the event that failed. */
  readonly place: number;
  readonly event: CloudEvent;
  readonly at: string;
}

/** The writes that put `events` in line behind `parked`, and what the document says of the line after them. */
export function parkingWrites(
  events: readonly CloudEvent[],
  parked: Parked,
  at: string,
): { parked: Parked; writes: Write[] } {
  const writes = events.map((event, index): Write => {
    const place = parked.waiting + index + 1;
    const item: ParkedEvent = {
      id: `parked|${event.id}`,
      kind: "parked",
      key: event.subject,
      place,
      event,
      at,
    };
    return { op: "create", item };
  });
  return { parked: { ...parked, waiting: parked.waiting + events.length }, writes };
}

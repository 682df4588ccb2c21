import type { CloudEvent } from "../../define/event.ts";
import type { Ports } from "../../ports.ts";
import type { Issue, Made } from "../../sync/quarantine.ts";
import { sendEvents } from "../../sync/send-events.ts";
import { unrecorded } from "./recorded.ts";

/** What a page of rows came to. */
export interface SentRows {
  /** Sent to the queue. */
  readonly events: number;
  /** Events that had been taken in before, or that a row before said already: they would have no effect. */
  readonly repeats: number;
  /** Rows that no event could be made of. */
  readonly quarantined: number;
}

/**
 * Sends the events that `make` makes of each row of a page; one that it makes none of is refused, and the others go on.
 * Rejects when blobs, store or queue fail, and with what `make` and `refuse` throw.
 */
export async function sendRows<Row>(
  rows: readonly Row[],
  make: (row: Row) => Made<readonly CloudEvent[]>,
  refuse: (row: Row, issues: readonly Issue[]) => Promise<void>,
  ports: Ports,
): Promise<SentRows> {
  const made = new Map<string, CloudEvent>();
  let [all, quarantined] = [0, 0];
  for (const row of rows) {
    const read = make(row);
    if ("issues" in read) {
      await refuse(row, read.issues);
      quarantined += 1;
      continue;
    }
    all += read.value.length;
    for (const event of read.value) if (!made.has(event.id)) made.set(event.id, event);
  }
  const fresh = await unrecorded([...made.values()], ports.documents);
  await sendEvents(fresh, ports);
  return { events: fresh.length, repeats: all - fresh.length, quarantined };
}

import { createHash } from "node:crypto";
import type { CloudEvent, Observation } from "../define/event.ts";
import type { PullDefinition } from "../define/pull.ts";
import type { Ports } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { sizeFault } from "../sync/claim.ts";
import { eventsOf, keyOf, timeFault } from "../sync/identify.ts";
import { type Issue, type Made, quarantine, type QuarantineItem, tryToMake } from "../sync/quarantine.ts";
import { sendEvents } from "../sync/send-events.ts";

/** What turns a record of a source into events. */
export type RecordReading = Pick<PullDefinition, "source" | "record" | "events">;

/** What a page of records came to. */
export interface PageResult {
  readonly records: number;
  readonly events: number;
  readonly quarantined: number;
}

/**
 * Sends the events of a page; a record that no event can be made of, or one over 1 MiB, goes to quarantine, and the
 * others go on. `cause` is what the events say brought them in. Rejects when blobs, store or queue fail, and with a MissingSettingError.
 */
export async function takePage(
  pull: PullDefinition,
  records: readonly unknown[],
  cause: string,
  ports: Ports,
  settings: Settings,
): Promise<PageResult> {
  const now = ports.clock.now();
  let quarantined = 0;
  const events: CloudEvent[] = [];
  for (const record of records) {
    const read = eventsOfRecord(pull, record, { now, cause }, settings);
    if ("issues" in read) {
      await refuseRecord(record, read.issues, { via: "pull", name: pull.name }, ports);
      quarantined += 1;
    } else events.push(...read.value);
  }
  await sendEvents(events, ports);
  return { records: records.length, events: events.length, quarantined };
}

/** Keeps a record in quarantine; the same record of the same source takes the same place. */
export async function refuseRecord(
  record: unknown,
  issues: readonly Issue[],
  from: Pick<QuarantineItem, "via" | "name" | "row">,
  { documents, clock }: Pick<Ports, "documents" | "clock">,
): Promise<void> {
  const body = Buffer.from(JSON.stringify(record) ?? "null");
  const deliveryId = createHash("sha256").update(body).digest("hex");
  const at = new Date(clock.now()).toISOString();
  await quarantine(documents, { ...from, deliveryId, at, issues, body });
}

/** The events that a source makes of a record, or why there are none. Throws on a fault of settings or definitions. */
export function eventsOfRecord(
  reading: RecordReading,
  record: unknown,
  { now, cause }: { readonly now: number; readonly cause: string },
  settings: Settings,
): Made<readonly CloudEvent[]> {
  const observed = tryToMake(() => {
    const parsed = reading.record.parse(record);
    return (reading.events as (record: unknown) => readonly Observation[])(parsed);
  });
  if ("issues" in observed) return observed;
  const faults = observed.value.flatMap((observation) => timeFault(observation, now) ?? []);
  if (faults.length > 0) return { issues: faults.map((message) => ({ path: "", message })) };
  const made = tryToMake(() => {
    const [first] = observed.value;
    if (!first) return [];
    // A polled record has no delivery of its own: what it is and when it was seen tell it from all others.
    const id = keyOf(first, settings).slice(first.definition.about.name.length + 1);
    const origin = { source: reading.source, deliveryId: `${id}@${first.time}`, cause };
    return eventsOf(observed.value, origin, settings);
  });
  if ("issues" in made) return made;
  const oversize = made.value.flatMap((event) => sizeFault(event) ?? []);
  return oversize.length > 0 ? { issues: oversize.map((message) => ({ path: "", message })) } : made;
}

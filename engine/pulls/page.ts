import { createHash } from "node:crypto";
import { z } from "zod";
import type { Observation } from "../define/event.ts";
import type { PullDefinition } from "../define/pull.ts";
import type { OutgoingMessage, Ports } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import { eventsOf, keyOf, messageOf, timeFault } from "../sync/identify.ts";
import { type Issue, issuesOf, quarantine } from "../sync/quarantine.ts";

/** What a page of records came to. */
export interface PageResult {
  readonly records: number;
  readonly events: number;
  readonly quarantined: number;
}

/** Sends the events of a page; a record that no event can be made of goes to quarantine, and the others go on. */
export async function takePage(
  pull: PullDefinition,
  records: readonly unknown[],
  ports: Ports,
  settings: Settings,
): Promise<PageResult> {
  const messages: OutgoingMessage[] = [];
  let quarantined = 0;
  for (const record of records) {
    const read = observe(pull, record, ports.clock.now());
    if ("issues" in read) {
      const body = Buffer.from(JSON.stringify(record) ?? "null");
      const deliveryId = createHash("sha256").update(body).digest("hex");
      const at = new Date(ports.clock.now()).toISOString();
      await quarantine(ports.documents, {
        via: "pull",
        name: pull.name,
        deliveryId,
        at,
        issues: read.issues,
        body,
      });
      quarantined += 1;
      continue;
    }
    const [first] = read.observations;
    if (!first) continue;
    // A polled record has no delivery of its own: what it is and when it was seen tell it from all others.
    const id = keyOf(first, settings).slice(first.definition.about.name.length + 1);
    const deliveryId = `${id}@${first.time}`;
    messages.push(
      ...eventsOf(read.observations, { source: pull.source, deliveryId }, settings).map(messageOf),
    );
  }
  if (messages.length > 0) await ports.queue("events").send(messages);
  return { records: records.length, events: messages.length, quarantined };
}

function observe(
  pull: PullDefinition,
  record: unknown,
  now: number,
): { observations: readonly Observation[] } | { issues: Issue[] } {
  const parsed = pull.record.safeParse(record);
  if (!parsed.success) return { issues: issuesOf(parsed.error) };
  try {
    const observations = (pull.events as (record: unknown) => readonly Observation[])(parsed.data);
    const faults = observations.flatMap((observation) => timeFault(observation, now) ?? []);
    return faults.length > 0
      ? { issues: faults.map((message) => ({ path: "", message })) }
      : { observations };
  } catch (error) {
    if (error instanceof z.ZodError) return { issues: issuesOf(error) };
    throw error;
  }
}

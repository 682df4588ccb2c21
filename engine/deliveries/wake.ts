import { randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { CHANGES, WAKEUPS } from "../define/topology.ts";
import type { Ports } from "../ports.ts";
import { announcementFor } from "../sync/announce.ts";
import type { Gate } from "./gate.ts";
import type { PendingDelivery } from "./pending.ts";

/** What travels on the queue `wakeups`: its session, and with it one waker at a time, is the integration. */
export interface Wakeup {
  readonly integration: string;
}

/** Sees to it that an integration's pending deliveries are looked at from `time` on: milliseconds since 1970. */
export type WakeAt = (integration: string, time: number) => Promise<void>;

/**
 * Plans wakeups. One that this host has planned already, for no later, is not sent again: whatever is pending when it
 * comes is looked at then.
 */
export function createWakeAt({ queue, clock }: Ports): WakeAt {
  const planned = new Map<string, number>();
  return async (integration, time) => {
    const now = clock.now();
    const next = planned.get(integration) ?? 0;
    if (next > now && next <= Math.max(time, now)) return;
    const body: Wakeup = { integration };
    const notBefore = time > now ? { notBefore: new Date(time).toISOString() } : {};
    await queue(WAKEUPS).send([{ body, sessionId: integration, messageId: randomUUID(), ...notBefore }]);
    if (time > now) planned.set(integration, time);
  };
}

/** Pending deliveries that are announced again at a time. */
const MOST_AT_WORK = 300;
/** How long one wakeup works; then another goes on. */
const SLICE_MS = 60_000;
/** An announcement that did nothing for so long is made again. */
const LOST_MS = 2 * 60_000;
/** Between two looks at what is left, in milliseconds. */
const LOOK_MS = 200;

/**
 * Drains what waits for a destination: announces it again, to this integration alone, the longest due first, and a
 * bounded number at a time; under the session of each entity, so that order holds. Stops where the destination takes
 * nothing; while it is being tried again, announces one at a time. Plans the next wakeup where something is left.
 */
export async function wake(
  integration: string,
  gate: Gate,
  { documents, topic, clock }: Ports,
  wakeAt: WakeAt,
): Promise<void> {
  const atWork = new Map<string, { readonly at: number; readonly dueAt: string }>();
  const begun = clock.now();
  while (clock.now() - begun < SLICE_MS) {
    // A release or a restart with the settings wakes it again, and that may be this one; the end of a pause is known.
    const closed = await gate.closed(true);
    if (closed) return closed.reason === "paused" ? wakeAt(integration, closed.dueAt) : undefined;
    const now = clock.now();
    const due = await dueBy(documents, integration, new Date(now).toISOString());
    const dueAts = new Map(due.map(({ key, dueAt }) => [key, dueAt]));
    for (const [key, { at, dueAt }] of atWork) {
      // Gone, or put off again: by a host that still remembered a hold, say.
      if (dueAts.get(key) !== dueAt || now - at > LOST_MS) atWork.delete(key);
    }
    if (due.length === 0) {
      const next = await nextDue(documents, integration);
      return next === undefined ? undefined : wakeAt(integration, next);
    }
    const room = ((await gate.probing()) ? 1 : MOST_AT_WORK) - atWork.size;
    const chosen = due.filter(({ key }) => !atWork.has(key)).slice(0, Math.max(room, 0));
    await topic(CHANGES).publish(chosen.map((each) => announcementOf(integration, each)));
    for (const { key, dueAt } of chosen) atWork.set(key, { at: now, dueAt });
    // Until those at work are gone from the list, there is nothing else to wait for than the list.
    if (chosen.length < MOST_AT_WORK / 2) await pause(LOOK_MS);
  }
  await wakeAt(integration, clock.now());
}

function announcementOf(integration: string, waits: PendingDelivery): ReturnType<typeof announcementFor> {
  const { key, entity, entityId: id, last: version, eventId, again } = waits;
  return announcementFor(integration, { key, entity, id, version, eventId }, again);
}

async function dueBy(
  documents: Ports["documents"],
  integration: string,
  now: string,
): Promise<PendingDelivery[]> {
  const page = await documents.query<PendingDelivery>("deliveries", {
    text:
      "SELECT * FROM c WHERE c.kind = 'pending' AND c.integration = @integration " +
      // Those that wait for the destination alone may go as soon as it takes any, were it before the time it named.
      "AND (c.dueAt <= @now OR c.reason <> 'failing') " +
      "ORDER BY c.dueAt",
    parameters: { integration, now },
    limit: MOST_AT_WORK * 2,
  });
  return [...page.items];
}

async function nextDue(documents: Ports["documents"], integration: string): Promise<number | undefined> {
  const page = await documents.query<{ dueAt: string }>("deliveries", {
    text: "SELECT c.dueAt FROM c WHERE c.kind = 'pending' AND c.integration = @integration ORDER BY c.dueAt",
    parameters: { integration },
    limit: 1,
  });
  const [first] = page.items;
  return first && Date.parse(first.dueAt);
}

import { createHash } from "node:crypto";
import { type CloudEvent, eventId, type Observation } from "../define/event.ts";
import { entityId, entityKey, pseudonymousId } from "../define/key.ts";
import { secret } from "../define/setting.ts";
import type { OutgoingMessage } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";

/** The key behind pseudonymous ids; only documents that ask for them need it. */
export const PSEUDONYM_KEY = secret("CAUDAL_PSEUDONYM_KEY");

/** The key of the entity that an observation speaks of. Throws a TypeError on an empty id part. */
export function keyOf({ definition, parts }: Observation, settings: Settings): string {
  const { name, pseudonymous } = definition.about;
  const id = pseudonymous
    ? pseudonymousId(name, parts, settings.value(PSEUDONYM_KEY))
    : entityId(name, parts);
  return entityKey(name, id);
}

/** Where the events of one delivery come from. */
export interface Origin {
  readonly source: string;
  readonly deliveryId: string;
  /** See {@link CloudEvent}. */
  readonly cause?: string | undefined;
  readonly traceparent?: string | undefined;
}

/** The events of one delivery: numbered where it brought several. */
export function eventsOf(
  observations: readonly Observation[],
  origin: Origin,
  settings: Settings,
): CloudEvent[] {
  return observations.map((observation, index) => ({
    specversion: "1.0",
    id: eventId(origin.source, origin.deliveryId, observations.length > 1 ? index + 1 : undefined),
    source: origin.source,
    type: observation.definition.type,
    subject: keyOf(observation, settings),
    time: observation.time,
    datacontenttype: "application/json",
    data: observation.data,
    ...(origin.cause === undefined ? {} : { cause: origin.cause }),
    ...(origin.traceparent === undefined ? {} : { traceparent: origin.traceparent }),
  }));
}

/**
 * The message that carries an event: session = entity key, message id = event id, or `<event id>#<suffix>`; of one
 * over 128 characters its SHA-256.
 */
export function messageOf(event: CloudEvent, suffix?: string): OutgoingMessage {
  const messageId = suffix === undefined ? event.id : `${event.id}#${suffix}`;
  return {
    body: event,
    sessionId: event.subject,
    messageId: messageId.length > 128 ? createHash("sha256").update(messageId).digest("hex") : messageId,
    properties: { type: event.type, source: event.source },
  };
}

/** How far ahead of our clock an event may be dated, in milliseconds. */
export const MAX_AHEAD_MS = 5 * 60_000;

/** What is wrong with the time of an observation, if anything. */
export function timeFault({ time }: Observation, now: number): string | undefined {
  return Date.parse(time) > now + MAX_AHEAD_MS
    ? `the event is dated ${time}, more than five minutes ahead; check the sender's clock`
    : undefined;
}

import { createHash } from "node:crypto";
import { shortened } from "./pending.ts";
import type { DeliveryFacts } from "./records.ts";

/**
 * What will not go out by itself any more: item `dead-letter|…` of `deliveries`. From a delivery, when the destination
 * refused it for good; from the broker, when a message of a subscription was dead-lettered there.
 */
export interface DeadLetter {
  readonly id: string;
  readonly kind: "dead-letter";
  /** Partition key: the entity's key, or the session of the message. */
  readonly key: string;
  readonly origin: "delivery" | "broker";
  readonly integration: string;
  readonly error: string;
  /** The error without what is this entity's own, for grouping. */
  readonly fault: string;
  readonly firstAt: string;
  readonly lastAt: string;
  /** How often it failed since it is a dead letter; for a message of the broker, how often it was delivered. */
  readonly attempts: number;
  /** The version that was refused, and the event that made the announced one. */
  readonly version?: number;
  readonly eventId?: string;
  /** The message as the broker had it. */
  readonly message?: BrokerMessage;
  readonly ttl: -1;
}

/** A message of the broker with all that a replay must keep. */
export interface BrokerMessage {
  readonly body: unknown;
  readonly messageId: string;
  readonly sessionId: string;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
}

/** The id of the dead letter of an integration's deliveries, the same in every entity's partition. */
export function deadLetterId(integration: string): string {
  return `dead-letter|${integration}`;
}

/** Most characters of a fault, by which dead letters are grouped. */
const MAX_FAULT = 200;

/** The dead letter after a refused delivery; `before` is the one that stands. */
export function refusedDelivery(before: DeadLetter | undefined, facts: DeliveryFacts): DeadLetter {
  const { key, integration, version, eventId, at } = facts;
  const error = shortened(facts.error ?? "refused");
  return {
    id: deadLetterId(integration),
    kind: "dead-letter",
    key,
    origin: "delivery",
    integration,
    error,
    fault: faultOf(error, key),
    firstAt: before?.firstAt ?? at,
    lastAt: at,
    attempts: (before?.attempts ?? 0) + 1,
    version,
    eventId,
    ttl: -1,
  };
}

/** The dead letter for a message that the broker dead-lettered in the subscription of `integration`. */
export function deadMessage(
  integration: string,
  message: BrokerMessage,
  why: { readonly reason: string; readonly deliveries: number; readonly at: string },
): DeadLetter {
  const key = message.sessionId;
  const error = shortened(why.reason);
  const name = createHash("sha256").update(message.messageId).digest("hex").slice(0, 32);
  return {
    id: `${deadLetterId(integration)}|${name}`,
    kind: "dead-letter",
    key,
    origin: "broker",
    integration,
    error,
    fault: faultOf(error, key),
    firstAt: why.at,
    lastAt: why.at,
    attempts: why.deliveries,
    message,
    ttl: -1,
  };
}

/** An error in which key and id of the entity, also as they stand in a URL, and other long numbers are masked. */
function faultOf(error: string, key: string): string {
  const id = key.slice(key.indexOf("|") + 1);
  const own = [key, id].flatMap((text) => [text, encodeURIComponent(text)]).filter((text) => text.length > 1);
  let fault = error;
  for (const text of own) fault = fault.replaceAll(text, "…");
  return fault
    .replaceAll(/\d{5,}/g, "…")
    .slice(0, MAX_FAULT)
    .toWellFormed();
}

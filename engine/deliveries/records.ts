import { conditionOf, countItems, equalTo } from "../condition.ts";
import type { Documents } from "../ports.ts";

/** How an attempt to deliver ended. `retrying`: it will be tried again; `failed`: for good. */
export type DeliveryStatus = "delivered" | "ignored" | "retrying" | "failed";

/** One attempt to deliver: item `delivery|<integration>|<event id>|<attempt>` of `deliveries`, never altered but by erasure. */
export interface DeliveryRecord {
  readonly id: string;
  readonly kind: "delivery";
  /** Partition key: the entity's key. */
  readonly key: string;
  readonly integration: string;
  /** The event whose version was announced. */
  readonly eventId: string;
  /** 1, 2, 3 … per integration and event. */
  readonly attempt: number;
  readonly status: DeliveryStatus;
  /** The version that was sent: the announced one or a newer one. */
  readonly version: number;
  readonly reason?: string;
  readonly error?: string;
  /** What was sent and what came back; where its JSON is over 512 KB, a {@link Truncated}. */
  readonly request?: unknown;
  readonly response?: unknown;
  /** The run that wanted it delivered again, where one did. */
  readonly run?: string;
  readonly at: string;
  readonly durationMs: number;
  /** An erasure took away request, response, error and reason, which may quote personal values. */
  readonly erased?: true;
  /** Seconds that an erased one is kept from then on, so that it goes when it would have gone. */
  readonly ttl?: number;
}

/** What is kept of a request or response that is too long for a record. */
export interface Truncated {
  readonly truncated: true;
  /** The first 64 K characters of its JSON. */
  readonly text: string;
}

/**
 * How much of a request or response a record keeps as it is, in bytes of JSON: a body of 64 KB, however JSON escapes
 * it, and still the store takes every record.
 */
const MAX_EVIDENCE = 512 * 1024;
/** How many characters of an error a record keeps: it may quote an answer. */
const MAX_ERROR = 8_000;
/** How much of a larger one, in characters of its JSON. */
const MAX_TEXT = 64 * 1024;

/** A record without its id and attempt, which {@link deliveryRecord} gives it. */
export type DeliveryFacts = Omit<DeliveryRecord, "id" | "kind" | "attempt">;

/** The record of an attempt; `facts` were redacted before, since a secret that is cut in two would not be found. */
export function deliveryRecord(facts: DeliveryFacts, attempt: number): DeliveryRecord {
  const { request, response } = facts;
  return {
    id: `delivery|${facts.integration}|${facts.eventId}|${attempt}`,
    kind: "delivery",
    attempt,
    ...facts,
    ...(facts.error === undefined ? {} : { error: facts.error.slice(0, MAX_ERROR).toWellFormed() }),
    ...(request === undefined ? {} : { request: atMost(request) }),
    ...(response === undefined ? {} : { response: atMost(response) }),
  };
}

function atMost(evidence: unknown): unknown {
  const json = JSON.stringify(evidence);
  if (Buffer.byteLength(json) <= MAX_EVIDENCE) return evidence;
  return { truncated: true, text: json.slice(0, MAX_TEXT).toWellFormed() } satisfies Truncated;
}

/** How many attempts were recorded for an event: asked where there may have been some before. */
export function countAttempts(
  documents: Documents,
  key: string,
  integration: string,
  eventId: string,
): Promise<number> {
  const attempts = conditionOf(["c.kind = 'delivery'"], ...equalTo({ integration, eventId }));
  return countItems(documents, "deliveries", attempts, key);
}

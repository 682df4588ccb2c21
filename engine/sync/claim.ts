import { z } from "zod";
import { type BlobReference, referenceTo, sha256 } from "../blob-reference.ts";
import type { CloudEvent } from "../define/event.ts";
import { TooLargeError } from "../errors/too-large-error.ts";

/** Largest event, in bytes of its JSON: 1 MiB. */
export const MAX_EVENT = 1_048_576;

/**
 * Over so many bytes of JSON an event leaves its data behind: Service Bus Standard takes 256 KB a message, ids and
 * properties included (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas).
 */
const MAX_IN_MESSAGE = 200_000;

/** Where an event's data waits that is too large for a message: a blob with its JSON. */
export type Claim = BlobReference;

/** An event as it travels without its data. */
export type ClaimingEvent = Omit<CloudEvent, "data"> & { readonly claim: Claim };

/**
 * A claim as it stands in a message. Only blobs that {@link checkIn} names are read and deleted for one: anything may
 * stand on a queue.
 */
export const claim: z.ZodType<Claim> = z.strictObject({
  name: z.string().regex(/^claims\/[0-9a-f]{64}\/[0-9a-f]{64}$/),
  sha256: z.string(),
  bytes: z.number(),
});

/** What is wrong with the size of an event, and what to do; undefined for one that can be taken in. */
export function sizeFault(event: CloudEvent): string | undefined {
  const bytes = Buffer.byteLength(JSON.stringify(event));
  return bytes > MAX_EVENT
    ? `the event ${event.id} is ${bytes} bytes of JSON, and at most ${MAX_EVENT} are taken in; send less, or in several events`
    : undefined;
}

/**
 * An event made ready to travel: as it is, or without its data, which then must be in its blob before the message is
 * sent. The name of the blob follows from event and data: a delivery that is sent again finds its own, and one that
 * comes again with other data does not take away what a message before it refers to. Throws TooLargeError over 1 MiB.
 */
export function checkIn(
  event: CloudEvent,
): { readonly body: CloudEvent } | { readonly body: ClaimingEvent; readonly data: Uint8Array } {
  const json = JSON.stringify(event);
  // A character is one byte at least and three at most.
  if (json.length * 3 <= MAX_IN_MESSAGE || Buffer.byteLength(json) <= MAX_IN_MESSAGE) return { body: event };
  const fault = sizeFault(event);
  if (fault !== undefined) throw new TooLargeError(fault);
  const { data, ...rest } = event;
  const bytes = Buffer.from(JSON.stringify(data));
  const of = sha256(JSON.stringify([event.subject, event.id]));
  return { body: { ...rest, claim: referenceTo(`claims/${of}/${sha256(bytes)}`, bytes) }, data: bytes };
}

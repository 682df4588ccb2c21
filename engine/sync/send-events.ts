import { randomUUID } from "node:crypto";
import type { CloudEvent } from "../define/event.ts";
import { EVENTS } from "../define/topology.ts";
import type { Blobs, OutgoingMessage, Ports } from "../ports.ts";
import { checkIn } from "./claim.ts";
import { messageOf } from "./identify.ts";

/** Most blobs that are written at once. */
const AT_ONCE = 8;

/**
 * Sends events to the queue `events`, in order per entity, the data of large ones ahead by way of a blob. With a
 * `suffix` (of a replay, say) their message ids are `<event id>#<suffix>`, which duplicate detection has not seen.
 * Resolves when the broker has all of them durably. When it rejects, any may have been sent: sending again does no
 * harm. Throws TooLargeError, before anything is sent, for an event of more than 1 MiB; sizeFault in claim.ts tells
 * of each event beforehand.
 */
export async function sendEvents(
  events: readonly CloudEvent[],
  ports: Pick<Ports, "blobs" | "queue">,
  { suffix }: { readonly suffix?: string } = {},
): Promise<void> {
  const blobs: { name: string; data: Uint8Array }[] = [];
  const messages = events.map((event): OutgoingMessage => {
    const checked = checkIn(event);
    if (!("data" in checked)) return messageOf(event, suffix);
    const { body, data } = checked;
    blobs.push({ name: body.claim.name, data });
    // A repeat must come through: whoever processes a message deletes its blob, so each blob needs a message.
    return { ...messageOf(event, suffix === undefined ? randomUUID() : `${suffix}#${randomUUID()}`), body };
  });
  await putAll(ports.blobs, blobs);
  if (messages.length > 0) await ports.queue(EVENTS).send(messages);
}

async function putAll(blobs: Blobs, all: readonly { name: string; data: Uint8Array }[]): Promise<void> {
  for (let from = 0; from < all.length; from += AT_ONCE) {
    await Promise.all(all.slice(from, from + AT_ONCE).map(({ name, data }) => blobs.put(name, data)));
  }
}

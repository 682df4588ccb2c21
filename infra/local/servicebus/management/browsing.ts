import rhea from "rhea";
import { z } from "zod";
import type { BrokerMessage } from "../entity/message.ts";
import type { Queue } from "../entity/queue.ts";
import { encodeDelivery } from "../wire/delivery-encoding.ts";
import { operation } from "./operation.ts";

const { types } = rhea;

/** Replies stay below this, in bytes, however many messages were asked for. */
const LARGEST_REPLY = 1024 * 1024;

const peek = operation(
  "peek-message",
  z.object({
    "from-sequence-number": z.number(),
    "message-count": z.number().int().positive(),
    "session-id": z.string().nullish(),
  }),
  (body, entity) => {
    const session = body["session-id"];
    const source =
      typeof session === "string"
        ? ofSession(entity, session)
        : entity.messages.from(body["from-sequence-number"]);
    const messages: object[] = [];
    let size = 0;
    for (const message of source) {
      if (message.sequence < body["from-sequence-number"]) continue;
      const encoded = encodePeeked(entity, message);
      size += encoded.length;
      if (messages.length > 0 && size > LARGEST_REPLY) break;
      messages.push({ message: types.wrap_binary(encoded) });
      if (messages.length >= body["message-count"]) break;
    }
    return messages.length === 0 ? undefined : { messages };
  },
);

function ofSession(entity: Queue, id: string): Iterable<BrokerMessage> {
  return entity.sessions?.find(id)?.messages.values() ?? [];
}

function encodePeeked(entity: Queue, message: BrokerMessage): Buffer {
  const state = message.state === "deferred" ? 1 : message.state === "scheduled" ? 2 : undefined;
  return encodeDelivery(entity.contentOf(message), {
    ...message,
    lockedUntil: message.lock?.session?.lockedUntil ?? message.lock?.lockedUntil,
    state,
  });
}

/** Looking at messages without locking them. */
export const BROWSING = [peek];

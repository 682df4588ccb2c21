import rhea from "rhea";
import { z } from "zod";
import type { Lock } from "../entity/lock.ts";
import { lockNumber, lockToken } from "../entity/lock.ts";
import type { Queue } from "../entity/queue.ts";
import { notImplemented } from "../service-error.ts";
import type { PropertyValues } from "../wire/application-properties.ts";
import { encodeDelivery } from "../wire/delivery-encoding.ts";
import { bytes, heldSession, operation, sequenceNumbers } from "./operation.ts";

const { types } = rhea;

const TIMESTAMP = 0x83;
const lockTokens = z.array(bytes);

const renewLock = operation("renew-lock", z.object({ "lock-tokens": lockTokens }), (body, entity) => {
  const locks = body["lock-tokens"].map((token) => entity.lock(lockNumber(token)));
  const expirations = locks.map((lock) => entity.renew(lock));
  return { expirations: types.wrap_array(expirations, TIMESTAMP, undefined) };
});

const receiveDeferred = operation(
  "receive-by-sequence-number",
  z.object({
    "sequence-numbers": sequenceNumbers,
    "receiver-settle-mode": z.number().optional(),
    "session-id": z.string().nullish(),
  }),
  (body, entity, connection) => {
    const id = body["session-id"];
    const session = typeof id === "string" ? heldSession(entity, id, connection) : undefined;
    const owner = body["receiver-settle-mode"] === 0 ? undefined : connection;
    const taken = entity.takeDeferred(body["sequence-numbers"], owner, session);
    return {
      messages: taken.map(({ message, lock, content }) => ({
        message: types.wrap_binary(
          encodeDelivery(content, {
            ...message,
            lockedUntil: session?.lockedUntil ?? lock?.lockedUntil,
            state: 1,
          }),
        ),
        ...(lock === undefined ? {} : { "lock-token": types.wrap_uuid(lockToken(lock.number)) }),
      })),
    };
  },
);

const settle = operation(
  "update-disposition",
  z.object({
    "lock-tokens": lockTokens,
    "disposition-status": z.string(),
    "deadletter-reason": z.string().nullish(),
    "deadletter-description": z.string().nullish(),
    "properties-to-modify": z
      .record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.date(), z.null()]))
      .nullish(),
    "session-id": z.string().nullish(),
  }),
  (body, entity, connection) => {
    const id = body["session-id"];
    if (typeof id === "string") heldSession(entity, id, connection);
    const locks = body["lock-tokens"].map((token) => entity.lock(lockNumber(token)));
    for (const lock of locks) {
      const properties = body["properties-to-modify"] ?? undefined;
      const reason = body["deadletter-reason"] ?? undefined;
      settleAs(
        body["disposition-status"],
        entity,
        lock,
        properties,
        reason,
        body["deadletter-description"] ?? undefined,
      );
    }
    return {};
  },
);

function settleAs(
  status: string,
  entity: Queue,
  lock: Lock,
  properties: PropertyValues | undefined,
  reason: string | undefined,
  description: string | undefined,
): void {
  switch (status) {
    case "completed":
      return entity.complete(lock);
    case "abandoned":
      return entity.abandon(lock, properties);
    // the SDK's spelling
    case "defered":
    case "deferred":
      return entity.defer(lock, properties);
    case "suspended":
      return entity.deadLetter(lock, reason, description, properties);
    default:
      throw notImplemented(`The disposition ${status}`);
  }
}

/** Settling and renewing by lock token, and deferred messages. */
export const LOCKING = [renewLock, receiveDeferred, settle];

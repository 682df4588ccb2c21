import { z } from "zod";
import type { Queue } from "../entity/queue.ts";
import type { Session } from "../entity/session.ts";
import { notImplemented, sessionLockLost } from "../service-error.ts";

/** One operation of the `$management` node. Source: "AMQP 1.0 request/response operations" of Service Bus. */
export interface Operation {
  /** Without the prefix `com.microsoft:`. */
  readonly name: string;
  /** Returns the reply's body, undefined for "no content" (204). Throws ServiceError or ZodError. */
  run(body: unknown, entity: Queue, connection: object): object | undefined;
}

/** An operation whose request body has this shape. */
export function operation<T>(
  name: string,
  shape: z.ZodType<T>,
  run: (body: T, entity: Queue, connection: object) => object | undefined,
): Operation {
  return { name, run: (body, entity, connection) => run(shape.parse(body), entity, connection) };
}

/** Request members that recur. */
export const sequenceNumbers = z.array(z.number().int().nonnegative());
export const bytes = z.instanceof(Buffer);

/** The named session when this connection holds it. Throws `session-lock-lost`. */
export function heldSession(entity: Queue, id: string, connection: object): Session {
  if (entity.sessions === undefined) throw notImplemented(`Sessions on '${entity.path}', which has none:`);
  const session = entity.sessions.find(id);
  if (session?.holder?.connection !== connection) throw sessionLockLost(id);
  return session;
}

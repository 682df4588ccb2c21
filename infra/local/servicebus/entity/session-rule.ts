import { ServiceError } from "../service-error.ts";
import type { ParsedMessage } from "../wire/content.ts";

/** Throws `amqp:not-allowed` when an entity with sessions is sent a message without a session id. */
export function checkForSessions(path: string, requiresSession: boolean, message: ParsedMessage): void {
  if (!requiresSession || message.sessionId !== undefined) return;
  throw new ServiceError(
    "amqp:not-allowed",
    `The SessionId was not set on a message, and it cannot be sent to the entity '${path}'. Entities that have ` +
      "session support enabled can only receive messages that have the SessionId set to a valid value.",
  );
}

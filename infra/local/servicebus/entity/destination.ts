import type { ParsedMessage } from "../wire/content.ts";

/** Where messages can be sent: a queue or a topic. */
export interface Destination {
  readonly path: string;
  /** Takes all of them or none. Throws ServiceError when one is not acceptable here. */
  send(messages: readonly ParsedMessage[]): void;
  /** Takes a message for later; returns its sequence number. Throws ServiceError. */
  schedule(message: ParsedMessage, at: number): number;
  /** Takes scheduled messages back. Throws `message-not-found` when one is not scheduled (any more). */
  cancelScheduled(sequences: readonly number[]): void;
}

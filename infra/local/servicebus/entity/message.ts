import type { MessageContent } from "../wire/content.ts";
import type { Lock } from "./lock.ts";

/** `gone` is settled or expired: references that remain in lines and heaps are skipped. */
export type MessageState = "ready" | "locked" | "deferred" | "scheduled" | "gone";

/** One message in one queue, subscription or dead-letter queue. Times are ms since 1970. */
export interface BrokerMessage {
  readonly sequence: number;
  readonly enqueuedSequence: number;
  readonly messageId: string;
  readonly sessionId: string | undefined;
  readonly enqueuedAt: number;
  /** Infinity when it never expires. */
  readonly expiresAt: number;
  readonly scheduledFor: number | undefined;
  readonly deadLetterSource: string | undefined;
  deliveryCount: number;
  state: MessageState;
  /** Undefined when it was left on disk to save memory; the store has it. */
  content: MessageContent | undefined;
  /** Bytes of content the store counts as held in memory for it. */
  memory: number;
  lock: Lock | undefined;
  /** Place in its entity's heap of deadlines, -1 when it is not there. */
  heapIndex: number;
}

/** What a new message in an entity is made of, before it has its place. */
export type NewMessage = Pick<
  BrokerMessage,
  "messageId" | "sessionId" | "enqueuedAt" | "expiresAt" | "scheduledFor" | "deadLetterSource"
> & { content: MessageContent; enqueuedSequence?: number; state: "ready" | "scheduled" };

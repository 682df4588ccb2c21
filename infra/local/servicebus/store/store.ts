import type { BrokerMessage } from "../entity/message.ts";
import type { MessageContent } from "../wire/content.ts";

/** A message as it is found again at start. */
export type StoredMessage = Omit<BrokerMessage, "state" | "content" | "memory" | "lock" | "heapIndex"> & {
  state: "ready" | "deferred" | "scheduled";
};

/**
 * Where a broker keeps what must outlive it. Changes are collected and written by `commit`, all or nothing;
 * locks are never kept. An entity is known by the number that `register` gave.
 */
export interface Store {
  /** The entity's number and the last sequence number it used. */
  register(path: string): { id: number; lastSequence: number };
  /** The entity's messages in order of sequence number, without their content. */
  messages(entity: number): Iterable<StoredMessage>;
  /** A message's content, when it is no longer in memory. Throws when it is not there either. */
  content(entity: number, sequence: number): MessageContent;
  insert(entity: number, message: BrokerMessage): void;
  /** Keeps a changed state or delivery count. */
  update(entity: number, message: BrokerMessage): void;
  /** Keeps a changed content as well. */
  replace(entity: number, message: BrokerMessage): void;
  remove(entity: number, message: BrokerMessage): void;
  sessionStates(entity: number): Iterable<{ session: string; state: Buffer }>;
  setSessionState(entity: number, session: string, state: Buffer | undefined): void;
  /** The message ids the entity has seen after `since`, oldest first. */
  duplicates(entity: number, since: number): Iterable<{ messageId: string; at: number }>;
  rememberDuplicate(entity: number, messageId: string, at: number): void;
  /** Forgets the ids seen at `before` or earlier. */
  forgetDuplicates(entity: number, before: number): void;
  /** Rules changed at run time, and what the configuration said then; both JSON. */
  rules(entity: number): { configured: string; rules: string } | undefined;
  setRules(entity: number, configured: string, rules: string): void;
  commit(): void;
  close(): void;
}

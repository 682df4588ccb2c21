import type { SessionConsumer } from "./consumer.ts";
import type { Lock } from "./lock.ts";
import type { BrokerMessage } from "./message.ts";
import { ReadyLine } from "./ready-line.ts";

/** One session of an entity: its messages in order, its state, and who holds it. */
export interface Session {
  readonly id: string;
  readonly ready: ReadyLine;
  /** All its messages by sequence number: ready, locked, deferred and scheduled. */
  readonly messages: Map<number, BrokerMessage>;
  readonly locks: Set<Lock>;
  state: Buffer | undefined;
  holder: SessionConsumer | undefined;
  /** Until when the holder has it, ms since 1970. */
  lockedUntil: number;
  /** True while it stands in the list of sessions that have something to give. */
  listed: boolean;
}

/** An empty session that nobody holds. */
export function newSession(id: string): Session {
  return {
    id,
    ready: new ReadyLine(),
    messages: new Map(),
    locks: new Set(),
    state: undefined,
    holder: undefined,
    lockedUntil: 0,
    listed: false,
  };
}

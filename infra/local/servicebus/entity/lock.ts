import type { BrokerMessage } from "./message.ts";
import type { Session } from "./session.ts";

/** A peek-locked message: who may settle it, and until when (ms since 1970). */
export interface Lock {
  /** The number inside the lock token; never reused by one broker process. */
  readonly number: number;
  readonly message: BrokerMessage;
  /** The connection that got it; when that drops, the lock goes at once. */
  readonly owner: object;
  /** The session under whose lock it stands; its own `lockedUntil` then has no meaning. */
  readonly session: Session | undefined;
  /** It was deferred before, and is again when it is given back. */
  readonly deferred: boolean;
  lockedUntil: number;
}

/** Starts somewhere random, so that tokens given out before a restart match nothing after it. */
let last = Math.floor(Math.random() * 2 ** 44);

/** The next lock number. */
export function nextLockNumber(): number {
  return ++last;
}

/**
 * The 16 bytes of a lock token. The number lies in the last eight, which clients do not reorder when they
 * turn the .NET GUID into a string and back.
 */
export function lockToken(number: number): Buffer {
  const token = Buffer.alloc(16);
  token[7] = 0x40;
  token.writeBigUInt64BE(BigInt(number), 8);
  token[8] = 0x80;
  return token;
}

/** The lock number in a token, or undefined when it cannot be one of ours. */
export function lockNumber(token: Buffer): number | undefined {
  if (token.length !== 16) return undefined;
  const number = token.readBigUInt64BE(8) & 0x00ff_ffff_ffff_ffffn;
  return number <= 9007199254740991n ? Number(number) : undefined;
}

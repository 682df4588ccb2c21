import { createHash } from "node:crypto";

const FIRST = 1_000_000_000;

/** Whom an account's jobs run as where each has a user of its own, and what its folders are called. */
export interface AccountUser {
  /** User and group id, 1,000,000,000 to 1,999,999,999: no users that a system makes. */
  readonly uid: number;
  /** 16 hexadecimal digits. */
  readonly tag: string;
}

/** The same for the same account, on every machine and in every process; it says nothing of the account. */
export function accountUser(account: string): AccountUser {
  const hash = createHash("sha256").update(account).digest();
  return { uid: FIRST + (hash.readUInt32BE(0) % FIRST), tag: hash.toString("hex", 0, 8) };
}

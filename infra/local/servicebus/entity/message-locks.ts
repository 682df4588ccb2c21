import { Alarm } from "./alarm.ts";
import type { Lock } from "./lock.ts";

/** The locks of an entity by number. Those without a session expire; each renewal moves one to the end. */
export class MessageLocks {
  private readonly byNumber = new Map<number, Lock>();
  private readonly byOwner = new Map<object, Set<Lock>>();
  private readonly alarm = new Alarm(() => this.expireDue());
  private readonly expire: (lock: Lock) => void;

  /** `expire` ends a lock whose time is up, and must have it removed here. */
  constructor(expire: (lock: Lock) => void) {
    this.expire = expire;
  }

  get(number: number): Lock | undefined {
    return this.byNumber.get(number);
  }

  add(lock: Lock): void {
    this.byNumber.set(lock.number, lock);
    if (lock.session !== undefined) return;
    let owned = this.byOwner.get(lock.owner);
    if (owned === undefined) this.byOwner.set(lock.owner, (owned = new Set()));
    owned.add(lock);
    this.alarm.wakeBy(lock.lockedUntil);
  }

  remove(lock: Lock): void {
    this.byNumber.delete(lock.number);
    const owned = this.byOwner.get(lock.owner);
    owned?.delete(lock);
    if (owned?.size === 0) this.byOwner.delete(lock.owner);
  }

  /** Sets a new end. Returns it. */
  renew(lock: Lock, until: number): number {
    lock.lockedUntil = until;
    this.byNumber.delete(lock.number);
    this.byNumber.set(lock.number, lock);
    this.alarm.wakeBy(until);
    return until;
  }

  /** The locks without session that a connection holds. */
  ofOwner(owner: object): Lock[] {
    return [...(this.byOwner.get(owner) ?? [])];
  }

  close(): void {
    this.alarm.cancel();
  }

  private expireDue(): void {
    const now = Date.now();
    for (const lock of this.byNumber.values()) {
      if (lock.lockedUntil > now) {
        this.alarm.wakeBy(lock.lockedUntil);
        break;
      }
      this.expire(lock);
    }
  }
}

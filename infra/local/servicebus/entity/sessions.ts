import { ServiceError, sessionLockLost } from "../service-error.ts";
import { Alarm } from "./alarm.ts";
import type { SessionConsumer } from "./consumer.ts";
import type { BrokerMessage } from "./message.ts";
import { newSession, type Session } from "./session.ts";

interface Waiter {
  readonly consumer: SessionConsumer;
  /** When it gives up, ms since 1970. */
  readonly until: number;
}

/** What the sessions of an entity need of it. */
export interface SessionsOwner {
  readonly lockDuration: number;
  /** Returns the session's locked messages to their places; `failed` raises their delivery counts. */
  returnMessages(session: Session, failed: boolean): void;
  deliver(message: BrokerMessage, consumer: SessionConsumer, session: Session): void;
  /** Has the entity pumped in this turn. */
  wake(): void;
}

/** Who holds which session of an entity, and who waits for the next one. One holder at a time. */
export class Sessions {
  private readonly byId = new Map<string, Session>();
  /** Sessions with ready messages and no holder, first come first served; stale entries are skipped. */
  private available: Session[] = [];
  private head = 0;
  private readonly waiters = new Set<Waiter>();
  /** Held sessions, the earliest lock first: each renewal moves one to the end. */
  private readonly held = new Set<Session>();
  private readonly busy = new Set<Session>();
  private readonly lockAlarm = new Alarm(() => this.expireLocks());
  private readonly waitAlarm = new Alarm(() => this.expireWaiters());
  private readonly owner: SessionsOwner;

  constructor(owner: SessionsOwner) {
    this.owner = owner;
  }

  find(id: string): Session | undefined {
    return this.byId.get(id);
  }

  /** All sessions known: with messages, with state, or held. */
  all(): Iterable<Session> {
    return this.byId.values();
  }

  /** The session of that name, made when it is new. */
  open(id: string): Session {
    let session = this.byId.get(id);
    if (session === undefined) this.byId.set(id, (session = newSession(id)));
    return session;
  }

  /** A message of the session became ready, or came back. */
  ready(session: Session, message: BrokerMessage): void {
    session.ready.add(message);
    if (session.holder === undefined) this.list(session);
    else this.busy.add(session);
    this.owner.wake();
  }

  /** Grants a named session, also one that is empty. Throws `session-cannot-be-locked` when it is held. */
  accept(id: string, consumer: SessionConsumer): void {
    const session = this.open(id);
    if (session.holder !== undefined) {
      throw new ServiceError(
        "com.microsoft:session-cannot-be-locked",
        `The requested session '${id}' cannot be accepted. It may be locked by another receiver.`,
      );
    }
    this.grant(session, consumer);
  }

  /** Grants the next session that has something to give, now or when there is one, until `until`. */
  acceptNext(consumer: SessionConsumer, until: number): void {
    this.waiters.add({ consumer, until });
    this.waitAlarm.wakeBy(until);
    this.owner.wake();
  }

  /** The consumer no longer waits. */
  stopWaiting(consumer: SessionConsumer): void {
    for (const waiter of this.waiters) if (waiter.consumer === consumer) this.waiters.delete(waiter);
  }

  /** Extends the lock. Returns until when. */
  renew(session: Session): number {
    session.lockedUntil = Date.now() + this.owner.lockDuration;
    this.held.delete(session);
    this.held.add(session);
    this.lockAlarm.wakeBy(session.lockedUntil);
    return session.lockedUntil;
  }

  /** The holder gives the session up; its locked messages return, their delivery counts unchanged. */
  release(session: Session): void {
    this.letGo(session, false);
  }

  /** The holder can take more messages. */
  moreCredit(session: Session): void {
    this.busy.add(session);
    this.owner.wake();
  }

  /** Forgets a session that has nothing left worth keeping. */
  tidy(session: Session): void {
    if (session.messages.size === 0 && session.state === undefined && session.holder === undefined)
      this.byId.delete(session.id);
  }

  /** Grants waiting accepts, then delivers to the holders that can take something. */
  pump(): void {
    for (const waiter of this.waiters) {
      const session = this.nextAvailable();
      if (session === undefined) break;
      this.waiters.delete(waiter);
      this.grant(session, waiter.consumer);
    }
    for (const session of this.busy) {
      this.busy.delete(session);
      this.deliverAll(session);
    }
  }

  /** Stops the timers. */
  close(): void {
    this.lockAlarm.cancel();
    this.waitAlarm.cancel();
  }

  private deliverAll(session: Session): void {
    const consumer = session.holder;
    if (consumer === undefined) return;
    while (consumer.credit > 0) {
      const message = session.ready.take();
      if (message === undefined) break;
      this.owner.deliver(message, consumer, session);
    }
    consumer.drained();
  }

  private grant(session: Session, consumer: SessionConsumer): void {
    session.holder = consumer;
    this.renew(session);
    consumer.granted(session);
  }

  private list(session: Session): void {
    if (session.listed) return;
    session.listed = true;
    this.available.push(session);
  }

  private nextAvailable(): Session | undefined {
    while (this.head < this.available.length) {
      const session = this.available[this.head++]!;
      session.listed = false;
      if (this.head > 1024 && this.head * 2 > this.available.length) {
        this.available = this.available.slice(this.head);
        this.head = 0;
      }
      if (session.holder === undefined && session.ready.first() !== undefined) return session;
    }
    return undefined;
  }

  private letGo(session: Session, failed: boolean): void {
    session.holder = undefined;
    this.held.delete(session);
    this.busy.delete(session);
    this.owner.returnMessages(session, failed);
    if (session.ready.first() !== undefined) {
      this.list(session);
      this.owner.wake();
    }
    this.tidy(session);
  }

  private expireLocks(): void {
    const now = Date.now();
    for (const session of this.held) {
      if (session.lockedUntil > now) {
        this.lockAlarm.wakeBy(session.lockedUntil);
        break;
      }
      const holder = session.holder;
      this.letGo(session, true);
      holder?.end(sessionLockLost(session.id));
    }
  }

  private expireWaiters(): void {
    const now = Date.now();
    for (const waiter of this.waiters) {
      if (waiter.until <= now) {
        this.waiters.delete(waiter);
        waiter.consumer.end(
          new ServiceError(
            "com.microsoft:timeout",
            "The operation did not complete within the allotted timeout.",
          ),
        );
      } else {
        this.waitAlarm.wakeBy(waiter.until);
      }
    }
  }
}

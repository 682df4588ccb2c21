import { messageLockLost, ServiceError } from "../service-error.ts";
import type { Store, StoredMessage } from "../store/store.ts";
import type { Turn } from "../turn.ts";
import { withApplicationProperties, type PropertyValues } from "../wire/application-properties.ts";
import type { MessageContent, ParsedMessage } from "../wire/content.ts";
import { Alarm } from "./alarm.ts";
import { CompetingConsumers } from "./competing-consumers.ts";
import type { Consumer } from "./consumer.ts";
import { DeadlineHeap } from "./deadline-heap.ts";
import type { Destination } from "./destination.ts";
import { Duplicates } from "./duplicates.ts";
import { nextLockNumber, type Lock } from "./lock.ts";
import { MessageLocks } from "./message-locks.ts";
import type { BrokerMessage, NewMessage } from "./message.ts";
import { SequenceIndex } from "./sequence-index.ts";
import type { Session } from "./session.ts";
import { Sessions } from "./sessions.ts";
import type { QueueSettings } from "./settings.ts";
import { checkForSessions } from "./session-rule.ts";

/** What all entities of a broker share. */
export interface Surroundings {
  readonly store: Store;
  readonly turn: Turn;
}

interface Forwarding {
  readonly target: Queue;
  /** The entity a forwarded dead letter came from. */
  readonly source: string | undefined;
}

/**
 * Messages in order of arrival, handed out under a lock until they are settled: a queue, a subscription, or the
 * dead-letter queue of either. Nothing here costs more for a longer queue.
 */
export class Queue implements Destination {
  readonly path: string;
  readonly settings: QueueSettings;
  /** Where what cannot be delivered goes; undefined for a dead-letter queue itself. */
  readonly deadLetters: Queue | undefined;
  /** Present when the entity requires sessions. */
  readonly sessions: Sessions | undefined;
  readonly messages = new SequenceIndex();
  readonly locks = new MessageLocks((lock) => this.giveBack(lock, true));
  private readonly consumers = new CompetingConsumers((message, consumer) =>
    this.handOver(message, consumer),
  );
  private readonly deadlines = new DeadlineHeap<BrokerMessage>(deadlineOf);
  private readonly alarm = new Alarm(() => this.meetDeadlines());
  private readonly duplicates: Duplicates | undefined;
  protected readonly store: Store;
  protected readonly turn: Turn;
  /** The number the store knows it by. */
  protected readonly id: number;
  private lastSequence: number;
  private forwarding: Forwarding | undefined;

  constructor(path: string, settings: QueueSettings, surroundings: Surroundings, deadLetters?: Queue) {
    this.path = path;
    this.settings = settings;
    this.deadLetters = deadLetters;
    this.store = surroundings.store;
    this.turn = surroundings.turn;
    const registered = this.store.register(path);
    this.id = registered.id;
    this.lastSequence = registered.lastSequence;
    if (settings.duplicateWindow !== undefined)
      this.duplicates = new Duplicates(this.store, this.id, settings.duplicateWindow);
    if (settings.requiresSession) {
      this.sessions = new Sessions({
        lockDuration: settings.lockDuration,
        returnMessages: (session, failed) => {
          for (const lock of session.locks) this.giveBack(lock, failed);
        },
        deliver: (message, consumer, session) => this.handOver(message, consumer, session),
        wake: () => this.wake(),
      });
      for (const { session, state } of this.store.sessionStates(this.id))
        this.sessions.open(session).state = state;
    }
    for (const stored of this.store.messages(this.id)) this.restore(stored);
  }

  send(messages: readonly ParsedMessage[]): void {
    for (const message of messages) checkForSessions(this.path, this.settings.requiresSession, message);
    const now = Date.now();
    for (const message of messages) {
      if (this.duplicates?.isNew(message.messageId, now) === false) continue;
      this.add(arrival(message, now, this.settings.timeToLive));
    }
  }

  schedule(message: ParsedMessage, at: number): number {
    checkForSessions(this.path, this.settings.requiresSession, message);
    const now = Date.now();
    // a duplicate is dropped, and its number stands for nothing
    if (this.duplicates?.isNew(message.messageId, now) === false) return ++this.lastSequence;
    const added = this.add(arrival({ ...message, scheduledFor: at }, now, this.settings.timeToLive));
    return added?.sequence ?? this.lastSequence;
  }

  cancelScheduled(sequences: readonly number[]): void {
    const found = sequences.map((sequence) => this.messages.get(sequence));
    for (const [i, message] of found.entries()) {
      if (message?.state !== "scheduled")
        throw new ServiceError(
          "com.microsoft:message-not-found",
          `The scheduled message ${sequences[i]} was not found in '${this.path}'.`,
          404,
        );
    }
    for (const message of found) if (message !== undefined) this.drop(message);
  }

  /** Takes a copy of a topic's message; one without session is dead-lettered where sessions are required. */
  receive(fresh: NewMessage): void {
    const copy = {
      ...fresh,
      expiresAt: Math.min(fresh.expiresAt, fresh.enqueuedAt + this.settings.timeToLive),
    };
    if (!this.settings.requiresSession || fresh.sessionId !== undefined) {
      this.add(copy);
      return;
    }
    const content = withApplicationProperties(fresh.content, {
      DeadLetterReason: "Session ID is null.",
      DeadLetterErrorDescription:
        "Session enabled entity doesn't allow a message whose session identifier is null.",
    });
    this.deadLetters?.add({ ...copy, content, expiresAt: Infinity });
  }

  /** Hands what arrives here, and what is here already, on to another entity. */
  forwardTo(target: Queue, source?: string): void {
    this.forwarding = { target, source };
    for (const message of this.messages.from(0)) {
      if (message.state !== "ready") continue;
      const content = this.contentOf(message);
      this.drop(message);
      this.forward({ ...message, content, state: "ready" }, this.forwarding);
    }
  }

  /** Adds a message at the end, ready or scheduled. Undefined when it is not kept here (a topic hands it on). */
  add(fresh: NewMessage): BrokerMessage | undefined {
    if (this.forwarding !== undefined && fresh.state === "ready") {
      this.forward(fresh, this.forwarding);
      return undefined;
    }
    const sequence = ++this.lastSequence;
    const message: BrokerMessage = {
      ...fresh,
      sequence,
      enqueuedSequence: fresh.enqueuedSequence ?? sequence,
      deliveryCount: 0,
      memory: 0,
      lock: undefined,
      heapIndex: -1,
    };
    this.store.insert(this.id, message);
    this.place(message);
    this.turn.schedule();
    return message;
  }

  /** The message's content, from disk when memory no longer has it. */
  contentOf(message: BrokerMessage): MessageContent {
    return message.content ?? this.store.content(this.id, message.sequence);
  }

  /** A receiver without session joins. */
  join(consumer: Consumer): void {
    this.consumers.join(consumer);
  }

  /** It left; what it has locked stays locked until settled or expired, as on Azure. */
  leave(consumer: Consumer): void {
    this.consumers.leave(consumer);
  }

  /** The connection dropped: its locks go at once, as failed deliveries. */
  dropConnection(connection: object): void {
    for (const lock of this.locks.ofOwner(connection)) this.giveBack(lock, true);
  }

  /** Has waiting receivers served in this turn. */
  wake(): void {
    this.turn.pump(this);
  }

  /** Serves the receivers; called by the turn after its commit. */
  pump(): void {
    if (this.sessions === undefined) this.consumers.pump();
    else this.sessions.pump();
  }

  /** The lock of that number. Throws `message-lock-lost`. */
  lock(number: number | undefined): Lock {
    const lock = number === undefined ? undefined : this.locks.get(number);
    if (lock === undefined || lock.message.lock !== lock) throw messageLockLost();
    return lock;
  }

  /** The message is done. */
  complete(lock: Lock): void {
    this.unlock(lock);
    this.drop(lock.message);
  }

  /** The message comes back to its place, its delivery count one up; at the maximum it is dead-lettered. */
  abandon(lock: Lock, properties?: PropertyValues): void {
    this.modify(lock.message, properties);
    this.giveBack(lock, true);
  }

  /** The message comes back to its place as if it had not been delivered. */
  release(lock: Lock): void {
    this.giveBack(lock, false);
  }

  /** The message is set aside until asked for by its sequence number. */
  defer(lock: Lock, properties?: PropertyValues): void {
    this.modify(lock.message, properties);
    this.unlock(lock);
    lock.message.state = "deferred";
    this.store.update(this.id, lock.message);
    this.watchDeadline(lock.message);
    this.turn.schedule();
  }

  /** The message goes to the dead-letter queue. Throws ServiceError when this is one already. */
  deadLetter(
    lock: Lock,
    reason: string | undefined,
    description: string | undefined,
    more?: PropertyValues,
  ): void {
    if (this.deadLetters === undefined)
      throw new ServiceError(
        "amqp:not-allowed",
        "A message of a dead-letter queue cannot be dead-lettered again.",
      );
    this.modify(lock.message, more);
    this.unlock(lock);
    this.bury(lock.message, reason, description);
  }

  /** Extends a lock. Returns until when. Throws ServiceError for a message of a session. */
  renew(lock: Lock): number {
    if (lock.session !== undefined)
      throw new ServiceError(
        "amqp:not-allowed",
        "The lock of a session's message is renewed with its session.",
      );
    return this.locks.renew(lock, Date.now() + this.settings.lockDuration);
  }

  /**
   * Hands out deferred messages by sequence number. Throws `message-not-found` unless all of them are deferred.
   * Without an `owner` they are removed at once (receive-and-delete) and have no lock.
   */
  takeDeferred(
    sequences: readonly number[],
    owner: object | undefined,
    session: Session | undefined,
  ): { message: BrokerMessage; lock: Lock | undefined; content: MessageContent }[] {
    const found = sequences.map((sequence) => {
      const message = this.messages.get(sequence);
      if (message?.state === "deferred" && (session === undefined || message.sessionId === session.id))
        return message;
      throw new ServiceError(
        "com.microsoft:message-not-found",
        `Failed to lock one or more specified messages. The message ${sequence} does not exist or is not deferred.`,
        404,
      );
    });
    return found.map((message) => {
      const content = this.contentOf(message);
      if (owner !== undefined) return { message, content, lock: this.lockMessage(message, owner, session) };
      this.drop(message);
      return { message, content, lock: undefined };
    });
  }

  /** Keeps the state of a session; undefined or null clears it. */
  setSessionState(session: Session, state: Buffer | undefined): void {
    session.state = state;
    this.store.setSessionState(this.id, session.id, state);
    this.turn.schedule();
  }

  /** Stops the timers. */
  close(): void {
    this.alarm.cancel();
    this.locks.close();
    this.sessions?.close();
  }

  private forward(fresh: NewMessage, { target, source }: Forwarding): void {
    target.receive({ ...fresh, deadLetterSource: source ?? fresh.deadLetterSource });
  }

  private handOver(message: BrokerMessage, consumer: Consumer, session?: Session): void {
    const content = this.contentOf(message);
    consumer.reserve();
    if (consumer.deletes) {
      this.drop(message);
      this.turn.afterCommit(() => consumer.deliver(message, content, undefined, 0));
      return;
    }
    const lock = this.lockMessage(message, consumer.connection, session);
    consumer.deliver(message, content, lock, session?.lockedUntil ?? lock.lockedUntil);
  }

  private lockMessage(message: BrokerMessage, owner: object, session: Session | undefined): Lock {
    const lock: Lock = {
      number: nextLockNumber(),
      message,
      owner,
      session,
      deferred: message.state === "deferred",
      lockedUntil: session === undefined ? Date.now() + this.settings.lockDuration : Infinity,
    };
    message.state = "locked";
    message.lock = lock;
    session?.locks.add(lock);
    this.locks.add(lock);
    return lock;
  }

  private unlock(lock: Lock): void {
    this.locks.remove(lock);
    lock.session?.locks.delete(lock);
    lock.message.lock = undefined;
  }

  /** Ends a lock without settling; a failed delivery counts. */
  private giveBack(lock: Lock, failed: boolean): void {
    const message = lock.message;
    this.unlock(lock);
    if (failed) message.deliveryCount++;
    if (message.deliveryCount >= this.settings.maxDeliveryCount) {
      const times = message.deliveryCount;
      this.bury(
        message,
        "MaxDeliveryCountExceeded",
        `Message could not be consumed after ${times} delivery attempts.`,
      );
      return;
    }
    message.state = lock.deferred ? "deferred" : "ready";
    if (failed) this.store.update(this.id, message);
    if (message.expiresAt <= Date.now()) this.expire(message);
    else if (lock.deferred) this.watchDeadline(message);
    else this.line(message);
    this.turn.schedule();
  }

  private restore(stored: StoredMessage): void {
    const message: BrokerMessage = {
      ...stored,
      content: undefined,
      memory: 0,
      lock: undefined,
      heapIndex: -1,
    };
    this.place(message);
  }

  private place(message: BrokerMessage): void {
    this.messages.add(message);
    if (this.sessions !== undefined && message.sessionId !== undefined)
      this.sessions.open(message.sessionId).messages.set(message.sequence, message);
    if (message.state === "ready") this.line(message);
    else this.watchDeadline(message);
  }

  private line(message: BrokerMessage): void {
    this.watchDeadline(message);
    if (this.sessions !== undefined && message.sessionId !== undefined) {
      this.sessions.ready(this.sessions.open(message.sessionId), message);
    } else {
      this.consumers.add(message);
      this.wake();
    }
  }

  private watchDeadline(message: BrokerMessage): void {
    const deadline = deadlineOf(message);
    if (deadline === Infinity || message.heapIndex >= 0) return;
    this.deadlines.add(message);
    this.alarm.wakeBy(deadline);
  }

  private meetDeadlines(): void {
    for (const message of this.deadlines.due(Date.now())) {
      if (message.state === "scheduled") this.activate(message);
      else if (message.state !== "locked") this.expire(message);
    }
    if (this.deadlines.first !== undefined) this.alarm.wakeBy(deadlineOf(this.deadlines.first));
  }

  /** A scheduled message's time has come: it joins the end as if it were sent now. */
  private activate(message: BrokerMessage): void {
    const content = this.contentOf(message);
    const now = Date.now();
    this.drop(message);
    const lifetime = Math.min(content.ttl ?? Infinity, this.settings.timeToLive);
    this.add({ ...message, content, state: "ready", enqueuedAt: now, expiresAt: now + lifetime });
  }

  private expire(message: BrokerMessage): void {
    if (this.settings.deadLetterExpired && this.deadLetters !== undefined)
      this.bury(message, "TTLExpiredException", "The message expired and was dead lettered.");
    else this.drop(message);
  }

  private bury(message: BrokerMessage, reason: string | undefined, description: string | undefined): void {
    const content = withApplicationProperties(this.contentOf(message), {
      ...(reason === undefined ? {} : { DeadLetterReason: reason }),
      ...(description === undefined ? {} : { DeadLetterErrorDescription: description }),
    });
    this.drop(message);
    const buried = this.deadLetters?.add({ ...message, content, state: "ready", expiresAt: Infinity });
    if (buried !== undefined) buried.deliveryCount = message.deliveryCount;
  }

  private modify(message: BrokerMessage, properties: PropertyValues | undefined): void {
    if (properties === undefined || Object.keys(properties).length === 0) return;
    message.content = withApplicationProperties(this.contentOf(message), properties);
    this.store.replace(this.id, message);
  }

  private drop(message: BrokerMessage): void {
    message.state = "gone";
    this.deadlines.remove(message);
    this.messages.remove(message.sequence);
    this.store.remove(this.id, message);
    if (this.sessions !== undefined && message.sessionId !== undefined) {
      const session = this.sessions.find(message.sessionId);
      session?.messages.delete(message.sequence);
      if (session !== undefined) this.sessions.tidy(session);
    }
    this.turn.schedule();
  }
}

function deadlineOf(message: BrokerMessage): number {
  return message.state === "scheduled" ? (message.scheduledFor ?? 0) : message.expiresAt;
}

/** The place in an entity a sent message gets: at once, or at its time. */
function arrival(message: ParsedMessage, now: number, timeToLive: number): NewMessage {
  const later = message.scheduledFor !== undefined && message.scheduledFor > now;
  return {
    messageId: message.messageId,
    sessionId: message.sessionId,
    enqueuedAt: now,
    expiresAt: now + Math.min(message.content.ttl ?? Infinity, timeToLive),
    scheduledFor: message.scheduledFor,
    deadLetterSource: undefined,
    content: message.content,
    state: later ? "scheduled" : "ready",
  };
}

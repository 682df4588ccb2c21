import type { Delivery, Sender } from "rhea";
import type { SessionConsumer } from "../entity/consumer.ts";
import { lockToken, nextLockNumber, type Lock } from "../entity/lock.ts";
import type { BrokerMessage } from "../entity/message.ts";
import type { Queue } from "../entity/queue.ts";
import type { Session } from "../entity/session.ts";
import { ServiceError } from "../service-error.ts";
import type { Turn } from "../turn.ts";
import type { MessageContent } from "../wire/content.ts";
import { encodeDelivery } from "../wire/delivery-encoding.ts";
import { Dispositions } from "./dispositions.ts";
import { applyOutcome, echo, type Outcome } from "./outcomes.ts";
import { endLink, refuseLink } from "./refuse.ts";
import {
  connectionInternals,
  linkInternals,
  sessionInternals,
  type LinkInternals,
} from "./rhea-internals.ts";
import { answerWithSession } from "./session-attach.ts";

/** A link on which a client receives messages, with or without a session. */
export class DeliveryLink implements SessionConsumer {
  readonly connection: object;
  readonly deletes: boolean;
  /** The session it holds. */
  session: Session | undefined;
  private readonly link: Sender;
  private readonly own: LinkInternals;
  private readonly queue: Queue;
  private readonly turn: Turn;
  private readonly dispositions: Dispositions;
  private readonly locks = new WeakMap<Delivery, Lock>();
  /** Messages given, or about to be given, to rhea; its own count follows when it writes them. */
  private sent = 0;
  /** How many messages the client has allowed since the link began. */
  private limit = 0;
  private draining = false;
  private open: boolean;

  constructor(link: Sender, queue: Queue, connection: object, turn: Turn, waitsForSession: boolean) {
    this.link = link;
    this.own = linkInternals(link);
    this.queue = queue;
    this.connection = connection;
    this.turn = turn;
    this.open = !waitsForSession;
    this.deletes = link.snd_settle_mode === 1;
    this.dispositions = new Dispositions(link.session, false);
    this.own.local.attach.snd_settle_mode = link.snd_settle_mode;
    this.own.local.attach.rcv_settle_mode = link.rcv_settle_mode;
    // rhea answers a drain only while it counts some credit; a client without credit waits for an answer too
    this.own._get_drain = () => {
      if (!this.own._draining) return false;
      this.own.delivery_count += this.own.credit;
      this.own.credit = 0;
      return true;
    };
  }

  get credit(): number {
    if (!this.open) return 0;
    return Math.min(this.limit - this.sent, sessionInternals(this.link.session).outgoing.available());
  }

  /** The client changed its credit, or wants the rest of it drained. */
  flow(): void {
    this.limit = this.own.delivery_count + this.own.credit;
    this.draining = this.own._draining;
    this.wake();
  }

  reserve(): void {
    this.sent++;
  }

  deliver(
    message: BrokerMessage,
    content: MessageContent,
    lock: Lock | undefined,
    lockedUntil: number,
  ): void {
    if (!this.open) return;
    const bytes = encodeDelivery(content, {
      ...message,
      lockedUntil: lock === undefined ? undefined : lockedUntil,
      state: undefined,
    });
    const delivery = this.link.send(bytes, lockToken(lock?.number ?? nextLockNumber()), 0);
    if (lock !== undefined) this.locks.set(delivery, lock);
  }

  drained(): void {
    if (!this.draining || !this.open) return;
    // what is still on its way out uses up credit first
    if (this.sent > this.own.delivery_count) {
      setImmediate(() => this.drained());
      return;
    }
    this.draining = false;
    this.sent = this.limit;
    this.link.set_drained(true);
    this.own.issue_flow = true;
    connectionInternals(this.link.connection)._register();
  }

  granted(session: Session): void {
    this.session = session;
    this.open = true;
    answerWithSession(this.link, session);
  }

  end(error: ServiceError): void {
    const answered = this.open;
    this.open = false;
    this.session = undefined;
    if (answered) endLink(this.link, error);
    else refuseLink(this.link, error);
  }

  /** The client settles a delivery with an outcome; it is answered once that is kept. */
  settle(delivery: Delivery): void {
    const state = delivery.remote_state as unknown as Outcome | undefined;
    try {
      applyOutcome(this.queue, this.locks.get(delivery), state);
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.dispositions.reject(delivery, error);
      return;
    }
    const full = this.limit > this.sent && sessionInternals(this.link.session).outgoing.available() === 0;
    this.turn.afterCommit(() =>
      this.dispositions.accept(delivery, state === undefined ? undefined : echo(state)),
    );
    if (full) setImmediate(() => this.wake());
  }

  /** The link was closed by the client or with its connection: a session goes at once. */
  closed(): void {
    const wasOpen = this.open;
    this.open = false;
    if (this.session !== undefined) {
      const session = this.session;
      this.session = undefined;
      this.queue.sessions?.release(session);
    } else if (this.queue.sessions !== undefined && !wasOpen) this.queue.sessions.stopWaiting(this);
    else this.queue.leave(this);
  }

  private wake(): void {
    if (this.session !== undefined) this.queue.sessions?.moreCredit(this.session);
    else this.queue.wake();
  }
}

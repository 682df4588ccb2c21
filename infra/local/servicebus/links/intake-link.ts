import type { Delivery, Receiver } from "rhea";
import type { Destination } from "../entity/destination.ts";
import { ServiceError } from "../service-error.ts";
import type { Turn } from "../turn.ts";
import { parseMessage } from "../wire/content.ts";
import { MAX_MESSAGE_SIZE, messagesOf } from "../wire/batch.ts";
import { Dispositions } from "./dispositions.ts";
import { linkInternals } from "./rhea-internals.ts";

/** Transfers a client may send before the broker gives it more credit. */
const CREDIT = 500;

/** A link on which a client sends messages to a queue or a topic. */
export class IntakeLink {
  private readonly link: Receiver;
  private readonly destination: Destination;
  private readonly turn: Turn;
  private readonly dispositions: Dispositions;
  private used = 0;

  /** Answers the attach and gives credit at once: without credit the SDK sleeps a second. */
  constructor(link: Receiver, destination: Destination, turn: Turn) {
    this.link = link;
    this.destination = destination;
    this.turn = turn;
    this.dispositions = new Dispositions(link.session, true);
    linkInternals(link).local.attach.max_message_size = MAX_MESSAGE_SIZE;
    link.add_credit(CREDIT);
  }

  /** Takes a transfer; it is accepted once what it holds is kept, or refused as a whole. */
  take(raw: Buffer, delivery: Delivery): void {
    if (++this.used >= CREDIT / 2) {
      this.link.add_credit(this.used);
      this.used = 0;
    }
    try {
      if (raw.length > MAX_MESSAGE_SIZE) throw tooLarge(delivery.id, raw.length);
      this.destination.send(messagesOf(raw, delivery.format).map(parseMessage));
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      this.dispositions.reject(delivery, error);
      return;
    }
    this.turn.afterCommit(() => this.dispositions.accept(delivery));
  }
}

function tooLarge(id: number, size: number): ServiceError {
  return new ServiceError(
    "amqp:link:message-size-exceeded",
    `The received message (delivery-id:${id}, size:${size} bytes) exceeds the limit (${MAX_MESSAGE_SIZE} bytes) ` +
      "currently allowed on the link.",
  );
}

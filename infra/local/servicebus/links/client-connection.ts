import type { Socket } from "node:net";
import type { Connection, Container, Delivery, EventContext, Receiver, Sender, Session } from "rhea";
import { answerManagement } from "../management/answer.ts";
import type { Namespace } from "../namespace.ts";
import { ServiceError } from "../service-error.ts";
import type { Turn } from "../turn.ts";
import { answerToken } from "./cbs.ts";
import { DeliveryLink } from "./delivery-link.ts";
import { IntakeLink } from "./intake-link.ts";
import { batchOutput } from "./output.ts";
import { refuseLink } from "./refuse.ts";
import { RequestLink } from "./request-link.ts";
import { connectionInternals, sessionInternals } from "./rhea-internals.ts";
import { acceptTimeout, sessionWish, withholdAttach } from "./session-attach.ts";

const MANAGEMENT = "/$management";
/** Any format but 0, for which rhea would decode the message and lose its bytes. */
const RAW_FORMAT = 0x7fff_ffff;

/** What a connection needs of the broker. */
export interface BrokerParts {
  readonly namespace: Namespace;
  readonly turn: Turn;
  /** Told what made a connection fail on this side. */
  readonly onError: (error: Error) => void;
}

/** Serves a client that has just connected, until its socket closes. */
export function serveConnection(container: Container, socket: Socket, parts: BrokerParts): void {
  new ClientConnection(container, parts).accept(socket);
}

/** One client's connection: its links, by what they are for. */
class ClientConnection {
  private readonly takers = new Map<Receiver, IntakeLink | RequestLink>();
  private readonly givers = new Map<Sender, DeliveryLink>();
  /** Links that carry replies, by link name and by the address the client gave them. */
  private readonly replies = new Map<string, Sender>();
  private readonly connection: Connection;
  private readonly parts: BrokerParts;

  constructor(container: Container, parts: BrokerParts) {
    this.parts = parts;
    this.connection = container.create_connection({
      port: 0,
      reconnect: false,
      max_frame_size: 1024 * 1024,
      idle_time_out: 120_000,
      sender_options: { autosettle: false, treat_modified_as_released: false } as object,
      receiver_options: { autoaccept: false, autosettle: false, credit_window: 0 },
    });
    this.listen();
    keepRaw(this.connection);
  }

  /** Takes over the socket. */
  accept(socket: Socket): void {
    batchOutput(this.connection, socket, this.parts.turn);
    const own = connectionInternals(this.connection);
    own.accept(socket);
    // rhea hears of an end or an error alone; a socket destroyed on this side would leave its timers running
    socket.on("close", () => own._disconnected());
  }

  private listen(): void {
    const on = (event: string, handle: (context: EventContext) => void): void => {
      this.connection.on(event, handle);
    };
    on("receiver_open", ({ receiver }) => this.opened(receiver!, () => this.openReceiver(receiver!)));
    on("sender_open", ({ sender }) => this.opened(sender!, () => this.openSender(sender!)));
    on("message", (context) => this.take(context));
    on("sender_flow", ({ sender }) => this.givers.get(sender!)?.flow());
    for (const outcome of ["accepted", "released", "rejected", "modified"])
      on(outcome, ({ sender, delivery }) => this.givers.get(sender!)?.settle(delivery!));
    on("receiver_close", ({ receiver }) => this.closedReceiver(receiver!));
    on("sender_close", ({ sender }) => this.closedSender(sender!));
    on("session_close", ({ session }) => this.closedSession(session!));
    for (const event of ["receiver_error", "sender_error", "session_error", "connection_error"])
      on(event, () => {
        // the client's own error: the close that follows is what matters
      });
    // what could not be read or handled: rhea drops the connection
    for (const event of ["error", "protocol_error"]) this.connection.on(event, this.parts.onError);
    on("connection_close", () => this.dropped());
    on("disconnected", () => this.dropped());
  }

  /** Runs what opens a link; a ServiceError refuses the link. */
  private opened(link: Sender | Receiver, open: () => void): void {
    try {
      open();
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      refuseLink(link, error);
    }
  }

  private openReceiver(link: Receiver): void {
    const address = link.target?.address ?? "";
    link.set_target({ address });
    link.set_source({ address: link.source?.address ?? "" });
    const reply = (to: string): Sender | undefined => this.replies.get(to);
    if (address === "$cbs") {
      this.takers.set(link, new RequestLink(link, this.parts.turn, answerToken, reply));
    } else if (address.toLowerCase().endsWith(MANAGEMENT)) {
      const entity = this.parts.namespace.find(address.slice(0, -MANAGEMENT.length));
      const answer = answerManagement(entity, this);
      this.takers.set(link, new RequestLink(link, this.parts.turn, answer, reply));
    } else {
      const destination = this.parts.namespace.findDestination(address);
      this.takers.set(link, new IntakeLink(link, destination, this.parts.turn));
    }
  }

  private openSender(link: Sender): void {
    const address = link.source?.address ?? "";
    link.set_source({ address });
    link.set_target({ address: link.target?.address ?? "" });
    if (address === "$cbs" || address.toLowerCase().endsWith(MANAGEMENT)) {
      this.replies.set(link.name, link);
      if (link.target?.address) this.replies.set(link.target.address, link);
      return;
    }
    const queue = this.parts.namespace.findSource(address);
    const wish = sessionWish(link);
    const { sessions } = queue;
    if (wish === undefined) {
      if (sessions !== undefined) throw notWithoutSession(queue.path);
      const giver = new DeliveryLink(link, queue, this, this.parts.turn, false);
      this.givers.set(link, giver);
      queue.join(giver);
      return;
    }
    if (sessions === undefined) throw notWithSession(queue.path);
    withholdAttach(link);
    const giver = new DeliveryLink(link, queue, this, this.parts.turn, true);
    if (wish.id === null) sessions.acceptNext(giver, Date.now() + acceptTimeout(link));
    else sessions.accept(wish.id, giver);
    this.givers.set(link, giver);
  }

  private take(context: EventContext): void {
    const { receiver, delivery } = context;
    this.takers.get(receiver!)?.take(context.message as unknown as Buffer, delivery as Delivery);
  }

  private closedReceiver(link: Receiver): void {
    this.takers.delete(link);
  }

  private closedSender(link: Sender): void {
    this.takeOutcomes(link.session);
    this.givers.get(link)?.closed();
    this.givers.delete(link);
    for (const [name, reply] of this.replies) if (reply === link) this.replies.delete(name);
  }

  private closedSession(session: Session): void {
    for (const link of Object.values(sessionInternals(session).links)) {
      if (link.is_sender()) this.closedSender(link as Sender);
      else this.closedReceiver(link as Receiver);
    }
  }

  /**
   * rhea tells of a close as it reads it, but of outcomes only at the end of what it read. A settlement that stands
   * before the close must count: after it the lock is gone.
   */
  private takeOutcomes(session: Session): void {
    for (const delivery of sessionInternals(session).outgoing.updated.splice(0)) {
      if (delivery.remote_state) this.givers.get(delivery.link as Sender)?.settle(delivery);
    }
  }

  private dropped(): void {
    for (const link of this.givers.keys()) this.takeOutcomes(link.session);
    for (const giver of this.givers.values()) giver.closed();
    this.givers.clear();
    this.takers.clear();
    this.replies.clear();
    this.parts.namespace.dropConnection(this);
  }
}

function keepRaw(connection: Connection): void {
  const own = connectionInternals(connection);
  const take = own.on_transfer.bind(connection);
  own.on_transfer = (frame) => {
    if (!frame.performative.message_format) frame.performative.message_format = RAW_FORMAT;
    take(frame);
  };
}

function notWithoutSession(path: string): ServiceError {
  return new ServiceError(
    "amqp:not-allowed",
    `It is not possible for an entity that requires sessions to create a non-sessionful message receiver. '${path}'`,
  );
}

function notWithSession(path: string): ServiceError {
  return new ServiceError(
    "amqp:not-allowed",
    `A sessionful message receiver cannot be created on an entity that does not require sessions. '${path}'`,
  );
}

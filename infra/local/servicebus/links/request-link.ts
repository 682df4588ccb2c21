import rhea, { type Delivery, type Receiver, type Sender } from "rhea";
import type { Turn } from "../turn.ts";
import { Dispositions } from "./dispositions.ts";
import { deliveryInternals } from "./rhea-internals.ts";

const { message: codec } = rhea;

/** A request on a `$cbs` or `$management` link, decoded. */
export interface NodeRequest {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/** The reply to it. */
export interface NodeReply {
  readonly properties: Record<string, unknown>;
  readonly body?: unknown;
}

const CREDIT = 100;

/** A link on which a client sends requests; replies go to the link its `reply_to` names. */
export class RequestLink {
  private readonly link: Receiver;
  private readonly turn: Turn;
  private readonly answer: (request: NodeRequest) => NodeReply;
  private readonly replyLink: (replyTo: string) => Sender | undefined;
  private readonly dispositions: Dispositions;

  constructor(
    link: Receiver,
    turn: Turn,
    answer: (request: NodeRequest) => NodeReply,
    replyLink: (replyTo: string) => Sender | undefined,
  ) {
    this.link = link;
    this.turn = turn;
    this.answer = answer;
    this.replyLink = replyLink;
    this.dispositions = new Dispositions(link.session, true);
    link.add_credit(CREDIT);
  }

  /** Takes a request and replies once its effects are kept. */
  take(raw: Buffer, delivery: Delivery): void {
    this.link.add_credit(1);
    const request = codec.decode(raw) as Record<string, unknown>;
    const reply = this.answer({
      properties: (request["application_properties"] ?? {}) as Record<string, unknown>,
      body: request["body"],
    });
    this.turn.afterCommit(() => {
      this.dispositions.accept(delivery);
      this.send(request, reply);
    });
  }

  private send(request: Record<string, unknown>, reply: NodeReply): void {
    const link = this.replyLink(String(request["reply_to"]));
    if (link === undefined || !link.is_open()) return;
    const bytes = codec.encode({
      correlation_id: request["message_id"],
      application_properties: reply.properties,
      body: reply.body,
    });
    deliveryInternals(link.send(bytes, undefined, 0)).settled = true;
  }
}

import { randomUUID } from "node:crypto";
import type { EventContext, Message, Session } from "rhea";

/** Requests over a pair of links to one address, each matched to its reply by its message id. */
export interface RequestReply {
  /** Sends a request and resolves with its reply. Rejects when there is none within `timeoutMs` (10 s). */
  send(request: Partial<Message>, timeoutMs?: number): Promise<Message>;
  /** Rejects what still waits; the connection is gone. */
  abandon(reason: Error): void;
}

/** Opens such a pair, to `$cbs` or `<entity>/$management`, on an AMQP session of its own. */
export function openRequestReply(session: Session, address: string): RequestReply {
  const replyTo = `replies-${randomUUID()}`;
  const waiting = new Map<string, { resolve: (reply: Message) => void; reject: (reason: Error) => void }>();
  const receiver = session.open_receiver({
    name: replyTo,
    source: { address },
    target: { address: replyTo },
    credit_window: 50,
  });
  receiver.on("message", (context: EventContext) => {
    const reply = context.message;
    if (reply !== undefined) waiting.get(String(reply.correlation_id))?.resolve(reply);
  });
  const sender = session.open_sender({ target: { address }, source: { address: replyTo } });
  const refused = (context: EventContext): void => {
    const error = context.receiver?.error ?? context.sender?.error;
    abandon(new Error(`${address} is refused: ${describe(error)}`));
  };
  receiver.on("receiver_error", refused);
  sender.on("sender_error", refused);
  return { send, abandon };

  function send(request: Partial<Message>, timeoutMs = 10_000): Promise<Message> {
    const id = randomUUID();
    return new Promise<Message>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(id);
        reject(new Error(`no reply from ${address} within ${timeoutMs} ms`));
      }, timeoutMs);
      const settle = (): void => {
        clearTimeout(timer);
        waiting.delete(id);
      };
      waiting.set(id, {
        resolve: (reply) => (settle(), resolve(reply)),
        reject: (reason) => (settle(), reject(reason)),
      });
      sender.send({ body: undefined, ...request, message_id: id, reply_to: replyTo });
    });
  }

  function abandon(reason: Error): void {
    for (const { reject } of waiting.values()) reject(reason);
  }
}

/** An AMQP error's condition and text. */
export function describe(error: { condition?: string; description?: string } | Error | undefined): string {
  if (error === undefined) return "no reason given";
  if (error instanceof Error) return error.message;
  return [error.condition, error.description].filter(Boolean).join(": ");
}

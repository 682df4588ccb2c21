import type { Delivery, EventContext, Message, Receiver, Session } from "rhea";

/** A message that has been received and waits to be settled. Settling it again, or too late, does nothing. */
export interface ReceivedMessage {
  message: Message;
  /** The lock's id, 16 bytes in the order of .NET. */
  tag: Buffer;
  complete(): void;
  abandon(): void;
}

/** What a link tells its owner. */
export interface LinkEvents {
  /** The broker opened the link; with a session it is locked until `lockedUntil` (ms since 1970). */
  opened(session: { id: string; lockedUntil: number } | undefined): void;
  message(received: ReceivedMessage): void;
  /** The broker has nothing more for all the credit that was given. */
  drained(): void;
  /** A settlement is on its way to the broker. */
  settling(): void;
  /** The broker answered it, or the link is gone. */
  settled(): void;
  /** The broker did not take a settlement: the lock is lost. The message comes again. */
  unsettled(reason: string): void;
  /** The link is closed, by the broker (`condition` says why) or because its owner asked for it. Comes once. */
  closed(condition: string | undefined, description: string | undefined): void;
}

/** A receiving link with its own AMQP session, in peek-lock mode. */
export interface ReceiveLink {
  /** Asks for so many messages more; with `drain` the broker says when it has none. */
  credit(count: number, drain: boolean): void;
  /** Asks the broker to end the credit it still has. */
  drain(): void;
  close(): void;
}

const sessionFilter = "com.microsoft:session-filter";
const ticksAt1970 = 621_355_968_000_000_000n;

/**
 * Attaches a link to an entity on the given AMQP session. `acceptWithinMs`: accepts the next session that has
 * messages, and lets the broker answer `com.microsoft:timeout` when there is none within that time.
 */
export function attachReceiver(
  session: Session,
  address: string,
  acceptWithinMs: number | undefined,
  events: LinkEvents,
): ReceiveLink {
  let closed = false;
  let issued = 0;
  let unsettled = 0;
  const receiver = session.open_receiver({
    source: { address, ...(acceptWithinMs !== undefined && { filter: { [sessionFilter]: null } }) },
    rcv_settle_mode: 1,
    snd_settle_mode: 0,
    autoaccept: false,
    credit_window: 0,
    ...(acceptWithinMs !== undefined && { properties: { "com.microsoft:timeout": acceptWithinMs } }),
  });
  receiver.on("receiver_open", () => {
    // A refusal is an attach without a source, with a detach right behind it.
    if (receiver.source?.address === undefined || receiver.source.address === null) return;
    if (acceptWithinMs === undefined) events.opened(undefined);
    else
      events.opened({
        id: String(receiver.source.filter?.[sessionFilter]),
        lockedUntil: lockedUntil(receiver),
      });
  });
  receiver.on("message", (context: EventContext) => {
    if (!closed && context.message && context.delivery)
      events.message(received(context.message, context.delivery));
  });
  receiver.on("receiver_drained", () => {
    const counters = receiver as unknown as { delivery_count: number; credit: number };
    if (counters.delivery_count >= issued) return events.drained();
    // The answer to an older drain: rhea takes it for the latest and forgets the credit given since.
    counters.credit = issued - counters.delivery_count;
  });
  receiver.on("settled", (context: EventContext) => {
    unsettled--;
    events.settled();
    const state = context.delivery?.remote_state as
      { error?: { condition?: string; description?: string } } | undefined;
    if (state?.error) events.unsettled(state.error.description ?? state.error.condition ?? "rejected");
  });
  receiver.on("receiver_error", () => {});
  receiver.on("receiver_close", () => {
    closed = true;
    for (; unsettled > 0; unsettled--) events.settled();
    const error = receiver.error as { condition?: string; description?: string } | undefined;
    events.closed(error?.condition, error?.description);
  });
  return {
    credit(count, drain) {
      if (closed) return;
      receiver.drain = drain;
      issued += count;
      receiver.add_credit(count);
    },
    drain() {
      if (!closed) receiver.drain_credit();
    },
    close() {
      if (!closed) receiver.close();
      closed = true;
    },
  };

  function received(message: Message, delivery: Delivery): ReceivedMessage {
    let settled = false;
    const once = (settle: () => void) => () => {
      if (!settled && receiver.is_open()) {
        unsettled++;
        events.settling();
        settle();
      }
      settled = true;
    };
    return {
      message,
      tag: delivery.tag as Buffer,
      complete: once(() => delivery.accept()),
      abandon: once(() => delivery.modified({ undeliverable_here: false })),
    };
  }
}

/** The session lock's end, which travels as .NET ticks: beyond 2^53, so as the 8 bytes of a long. */
function lockedUntil(receiver: Receiver): number {
  const value: unknown = receiver.properties?.["com.microsoft:locked-until-utc"];
  const ticks = Buffer.isBuffer(value) ? value.readBigInt64BE() : BigInt(Number(value ?? 0));
  return Number((ticks - ticksAt1970) / 10_000n);
}

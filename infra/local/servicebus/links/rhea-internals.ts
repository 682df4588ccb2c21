import rhea, {
  type Connection,
  type Delivery,
  type Receiver,
  type Sender,
  type Session,
  type Typed,
} from "rhea";

const { types } = rhea;

/**
 * The parts of rhea's endpoints that its typings leave out and the broker cannot do without. Checked against
 * rhea 3.0; each use says why.
 */
export interface EndpointState {
  local_open: boolean;
  open_requests: number;
}

/** The attach frame to be sent; setting a member encodes it. */
export interface AttachFrame {
  source: unknown;
  target: unknown;
  snd_settle_mode: number;
  rcv_settle_mode: number;
  max_message_size: number;
  properties: Record<string, unknown>;
}

/** What sender and receiver links have in common. */
export interface LinkInternals {
  state: EndpointState;
  local: { attach: AttachFrame };
  credit: number;
  delivery_count: number;
  issue_flow: boolean;
  _draining: boolean;
  _get_drain(): boolean;
}

/** A session's sending half: a ring of unsettled deliveries, and those whose outcome has come and is not told yet. */
export interface SessionInternals {
  outgoing: { available(): number; updated: Delivery[] };
  links: Record<string, Sender | Receiver>;
  output(frame: Typed): void;
}

/** A delivery the broker settles by itself. */
export interface DeliveryInternals {
  settled: boolean;
  remote_settled: boolean;
}

/** A connection's input and output. */
export interface ConnectionInternals {
  output(): void;
  on_transfer(frame: { performative: { message_format: number | null | undefined } }): void;
  _register(): void;
  _disconnected(): void;
  accept(socket: unknown): void;
  local_channel_map: Record<string, Session>;
}

/** The same link, with its internals. */
export function linkInternals(link: Sender | Receiver): LinkInternals {
  return link as unknown as LinkInternals;
}

/** The same session, with its internals. */
export function sessionInternals(session: Session): SessionInternals {
  return session as unknown as SessionInternals;
}

/** The same delivery, with its internals. */
export function deliveryInternals(delivery: Delivery): DeliveryInternals {
  return delivery;
}

/** The same connection, with its internals. */
export function connectionInternals(connection: Connection): ConnectionInternals {
  return connection as unknown as ConnectionInternals;
}

/** The bytes of a value rhea decoded, of the very type it had. */
export function encodeTyped(value: Typed): Buffer {
  const { Writer } = types as unknown as {
    Writer: new () => { write(value: Typed): void; toBuffer(): Buffer };
  };
  const writer = new Writer();
  writer.write(value);
  return Buffer.from(writer.toBuffer());
}

import { randomUUID } from "node:crypto";
import { ServiceError } from "../service-error.ts";
import { mapSections } from "./sections.ts";
import { ValueReader, type AmqpValue } from "./value-reader.ts";

/**
 * What a sender gave us, kept as it came: only the header and the annotations are taken apart, because the
 * broker rewrites those; properties, application properties, body and footer stay the sender's bytes.
 */
export interface MessageContent {
  readonly durable: boolean;
  readonly priority: number | undefined;
  /** Time to live in milliseconds as the sender's header says. */
  readonly ttl: number | undefined;
  /** The sender's annotations, encoded key after value; the broker's own keys are left out. */
  readonly annotations: Buffer;
  /** How many keys and values `annotations` holds together. */
  readonly annotationCount: number;
  /** Everything from the properties section on. */
  readonly bare: Buffer;
}

/** A parsed message with what the broker must know of it at once. */
export interface ParsedMessage {
  readonly content: MessageContent;
  readonly messageId: string;
  readonly sessionId: string | undefined;
  /** When the sender wants it enqueued (ms since 1970), if it set that. */
  readonly scheduledFor: number | undefined;
  /** Bytes as sent. */
  readonly size: number;
}

/** Longest message id and session id, in characters. Source: Service Bus quotas. */
export const MAX_ID_LENGTH = 128;

/** Annotations the broker alone writes: a sender's values for them are dropped. */
const BROKER_ANNOTATIONS = new Set([
  "x-opt-sequence-number",
  "x-opt-enqueue-sequence-number",
  "x-opt-enqueued-time",
  "x-opt-locked-until",
  "x-opt-message-state",
  "x-opt-deadletter-source",
]);

/**
 * Takes an encoded message apart. Gives it a message id when it has none.
 * Throws ServiceError for undecodable bytes and ids over 128 characters.
 */
export function parseMessage(raw: Buffer): ParsedMessage {
  try {
    return parse(raw);
  } catch (error) {
    if (error instanceof ServiceError) throw error;
    throw new ServiceError("amqp:decode-error", `The message could not be decoded: ${String(error)}`);
  }
}

function parse(raw: Buffer): ParsedMessage {
  const map = mapSections(raw);
  const header = readHeader(raw, map.header);
  const annotations = readAnnotations(raw, map.messageAnnotations);
  const ids = readIds(raw, map.properties);
  const messageId = ids.messageId ?? randomUUID().replaceAll("-", "");
  checkLength("MessageId", messageId);
  if (ids.sessionId !== undefined) checkLength("SessionId", ids.sessionId);
  const bare =
    ids.messageId === undefined
      ? withMessageId(raw, map.properties, map.bare, messageId)
      : // a copy, so that one message does not keep its whole network chunk alive
        Buffer.from(raw.subarray(map.bare));
  return {
    content: { ...header, annotations: annotations.kept, annotationCount: annotations.count, bare },
    messageId,
    sessionId: ids.sessionId,
    scheduledFor: annotations.scheduledFor,
    size: raw.length,
  };
}

function checkLength(name: string, value: string): void {
  if (value.length <= MAX_ID_LENGTH) return;
  throw new ServiceError(
    "com.microsoft:argument-error",
    `The length of the property ${name} is ${value.length}, over the limit of ${MAX_ID_LENGTH} characters.`,
  );
}

function readHeader(raw: Buffer, at: number): Pick<MessageContent, "durable" | "priority" | "ttl"> {
  if (at < 0) return { durable: false, priority: undefined, ttl: undefined };
  const reader = new ValueReader(raw, at);
  const { count } = reader.enter();
  const durable = count > 0 && reader.next() === true;
  const priority = count > 1 ? reader.next() : null;
  const ttl = count > 2 ? reader.next() : null;
  return {
    durable,
    priority: typeof priority === "number" ? priority : undefined,
    ttl: typeof ttl === "number" ? ttl : undefined,
  };
}

const NO_BYTES = Buffer.alloc(0);

function readAnnotations(
  raw: Buffer,
  at: number,
): { kept: Buffer; count: number; scheduledFor: number | undefined } {
  if (at < 0) return { kept: NO_BYTES, count: 0, scheduledFor: undefined };
  const reader = new ValueReader(raw, at);
  const { count } = reader.enter();
  const kept: Buffer[] = [];
  let scheduledFor: number | undefined;
  for (let i = 0; i + 1 < count; i += 2) {
    const start = reader.at;
    const key = reader.next();
    const valueAt = reader.at;
    reader.skip();
    if (typeof key === "string" && BROKER_ANNOTATIONS.has(key)) continue;
    kept.push(raw.subarray(start, reader.at));
    if (key === "x-opt-scheduled-enqueue-time") {
      const value = new ValueReader(raw, valueAt).next();
      if (value instanceof Date) scheduledFor = value.getTime();
    }
  }
  return { kept: Buffer.concat(kept), count: kept.length * 2, scheduledFor };
}

function readIds(raw: Buffer, at: number): { messageId: string | undefined; sessionId: string | undefined } {
  if (at < 0) return { messageId: undefined, sessionId: undefined };
  const reader = new ValueReader(raw, at);
  const { count } = reader.enter();
  const messageId = count > 0 ? idText(reader.next()) : undefined;
  if (count <= 10) return { messageId, sessionId: undefined };
  for (let i = 1; i < 10; i++) reader.skip();
  const group = reader.next();
  return { messageId, sessionId: typeof group === "string" ? group : undefined };
}

/** A message id of any type as text; the type is part of it, so that the number 1 is not the string "1". */
export function idText(value: AmqpValue): string | undefined {
  if (value === null) return undefined;
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("hex");
  return `${typeof value}:${typeof value === "number" || typeof value === "bigint" ? value.toString() : ""}`;
}

function withMessageId(raw: Buffer, properties: number, bare: number, messageId: string): Buffer {
  const id = Buffer.from(messageId, "utf8");
  let rest: Buffer = NO_BYTES;
  let count = 1;
  let after = bare;
  if (properties >= 0) {
    const reader = new ValueReader(raw, properties);
    const list = reader.enter();
    if (list.count > 0) reader.skip();
    rest = raw.subarray(reader.at, list.end);
    count = Math.max(1, list.count);
    after = list.end;
  }
  const head = Buffer.alloc(12);
  head.set([0x00, 0x53, 0x73, 0xd0]);
  head.writeUInt32BE(4 + 2 + id.length + rest.length, 4);
  head.writeUInt32BE(count, 8);
  return Buffer.concat([head, Buffer.from([0xa1, id.length]), id, rest, raw.subarray(after)]);
}

import type { MessageContent } from "./content.ts";

/** The broker's part of a message as a receiver sees it. Times are ms since 1970. */
export interface BrokerFields {
  readonly deliveryCount: number;
  readonly sequence: number;
  readonly enqueuedSequence: number;
  readonly enqueuedAt: number;
  readonly lockedUntil: number | undefined;
  /** 1 deferred, 2 scheduled; undefined when active. */
  readonly state: 1 | 2 | undefined;
  readonly deadLetterSource: string | undefined;
}

const LONG = 0x81;
const TIMESTAMP = 0x83;

function key(name: string, typeCode: number): Buffer {
  return Buffer.concat([
    Buffer.from([0xa3, name.length]),
    Buffer.from(name, "latin1"),
    Buffer.from([typeCode]),
  ]);
}

const SEQUENCE = key("x-opt-sequence-number", LONG);
const ENQUEUED_SEQUENCE = key("x-opt-enqueue-sequence-number", LONG);
const ENQUEUED_AT = key("x-opt-enqueued-time", TIMESTAMP);
const LOCKED_UNTIL = key("x-opt-locked-until", TIMESTAMP);
const STATE = key("x-opt-message-state", 0x71);
const DEAD_LETTER_SOURCE = key("x-opt-deadletter-source", 0xa1);

/**
 * Encodes a message for a receiver: a new header and annotations in front of the sender's own bytes.
 * Source: AMQP 1.0 part 3, section 3.2; the annotations are those of the Service Bus AMQP protocol guide.
 */
export function encodeDelivery(content: MessageContent, fields: BrokerFields): Buffer {
  const source =
    fields.deadLetterSource === undefined ? undefined : Buffer.from(fields.deadLetterSource, "utf8");
  const size =
    64 +
    SEQUENCE.length +
    ENQUEUED_SEQUENCE.length +
    ENQUEUED_AT.length +
    LOCKED_UNTIL.length +
    STATE.length +
    40 +
    (source === undefined ? 0 : DEAD_LETTER_SOURCE.length + 1 + source.length) +
    content.annotations.length +
    content.bare.length;
  const out = Buffer.allocUnsafe(size);
  let at = writeHeader(out, content, fields.deliveryCount);

  out.set([0x00, 0x53, 0x72, 0xd1], at);
  const sizeAt = at + 4;
  at += 12;
  let pairs = 3;
  at = writeLong(out, at, SEQUENCE, fields.sequence);
  at = writeLong(out, at, ENQUEUED_SEQUENCE, fields.enqueuedSequence);
  at = writeLong(out, at, ENQUEUED_AT, fields.enqueuedAt);
  if (fields.lockedUntil !== undefined) {
    at = writeLong(out, at, LOCKED_UNTIL, fields.lockedUntil);
    pairs++;
  }
  if (fields.state !== undefined) {
    at += STATE.copy(out, at);
    at = out.writeInt32BE(fields.state, at);
    pairs++;
  }
  if (source !== undefined) {
    at += DEAD_LETTER_SOURCE.copy(out, at);
    at = out.writeUInt8(source.length, at);
    at += source.copy(out, at);
    pairs++;
  }
  at += content.annotations.copy(out, at);
  out.writeUInt32BE(at - sizeAt - 4, sizeAt);
  out.writeUInt32BE(pairs * 2 + content.annotationCount, sizeAt + 4);
  at += content.bare.copy(out, at);
  return out.subarray(0, at);
}

function writeHeader(out: Buffer, content: MessageContent, deliveryCount: number): number {
  out.set([0x00, 0x53, 0x70, 0xc0, 0, 5], 0);
  let at = 6;
  out[at++] = content.durable ? 0x41 : 0x42;
  if (content.priority === undefined) out[at++] = 0x40;
  else {
    out[at++] = 0x50;
    out[at++] = content.priority;
  }
  if (content.ttl === undefined) out[at++] = 0x40;
  else {
    out[at++] = 0x70;
    at = out.writeUInt32BE(content.ttl, at);
  }
  out[at++] = 0x40;
  out[at++] = 0x70;
  at = out.writeUInt32BE(deliveryCount, at);
  out[4] = at - 5;
  return at;
}

function writeLong(out: Buffer, at: number, name: Buffer, value: number): number {
  at += name.copy(out, at);
  const high = Math.floor(value / 0x1_0000_0000);
  out.writeInt32BE(high, at);
  return out.writeUInt32BE(value - high * 0x1_0000_0000, at + 4);
}

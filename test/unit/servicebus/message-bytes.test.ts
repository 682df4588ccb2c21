import rhea from "rhea";
import { expect, test } from "vitest";
import { withApplicationProperties } from "../../../infra/local/servicebus/wire/application-properties.ts";
import { parseMessage } from "../../../infra/local/servicebus/wire/content.ts";
import { encodeDelivery } from "../../../infra/local/servicebus/wire/delivery-encoding.ts";
import { messagesOf } from "../../../infra/local/servicebus/wire/batch.ts";

const { message, types } = rhea;

const broker = {
  deliveryCount: 2,
  sequence: 2 ** 40 + 7,
  enqueuedSequence: 5,
  enqueuedAt: 1_700_000_000_000,
  lockedUntil: 1_700_000_060_000,
  state: undefined,
  deadLetterSource: "from",
} as const;

/** One property of each numeric type, which decoding and encoding again would change. */
const numbers = {
  ubyte: types.wrap_ubyte(1),
  byte: types.wrap_byte(-1),
  ushort: types.wrap_ushort(2),
  short: types.wrap_short(-2),
  uint: types.wrap_uint(3),
  int: types.wrap_int(-3),
  ulong: types.wrap_ulong(4),
  long: types.wrap_long(Buffer.from("8000000000000000", "hex")),
  float: types.wrap_float(0.5),
  double: types.wrap_double(1),
  timestamp: types.wrap_timestamp(1_700_000_000_000),
  uuid: types.wrap_uuid(Buffer.alloc(16, 7)),
  char: types.wrap_char(0x1f600),
};

function sent(fields: object): Buffer {
  return message.encode({
    message_id: "id",
    group_id: "g",
    application_properties: numbers,
    body: [1, "two"],
    ...fields,
  });
}

test("what the sender owns goes out byte for byte; header and annotations are the broker's", () => {
  const raw = sent({
    durable: true,
    ttl: 5000,
    priority: 6,
    message_annotations: { "x-opt-partition-key": "p", "x-opt-sequence-number": 1 },
  });
  const { content, messageId, sessionId } = parseMessage(raw);
  expect({ messageId, sessionId }).toEqual({ messageId: "id", sessionId: "g" });
  const out = encodeDelivery(content, broker);
  expect(out.includes(content.bare)).toBe(true);
  expect(raw.subarray(raw.length - content.bare.length)).toEqual(content.bare);
  expect(message.decode(out)).toMatchObject({
    durable: true,
    ttl: 5000,
    priority: 6,
    delivery_count: 2,
    message_annotations: {
      "x-opt-sequence-number": 2 ** 40 + 7,
      "x-opt-enqueue-sequence-number": 5,
      "x-opt-enqueued-time": new Date(1_700_000_000_000),
      "x-opt-locked-until": new Date(1_700_000_060_000),
      "x-opt-deadletter-source": "from",
      "x-opt-partition-key": "p",
    },
  });
});

test("a message without id gets one and keeps its other properties", () => {
  const { content, messageId } = parseMessage(message.encode({ subject: "s", to: "t", body: "b" }));
  expect(messageId).toMatch(/^[0-9a-f]{32}$/);
  expect(message.decode(encodeDelivery(content, broker))).toMatchObject({
    message_id: messageId,
    subject: "s",
    to: "t",
    body: "b",
  });
  expect(parseMessage(message.encode({ body: "b" })).messageId).toMatch(/^[0-9a-f]{32}$/);
});

test("properties are added and replaced; the others keep their bytes", () => {
  const { content } = parseMessage(sent({}));
  const changed = withApplicationProperties(content, {
    text: "new",
    int: "replaced",
    long: { encoded: Buffer.from([0x55, 9]) },
  });
  const decoded = message.decode(encodeDelivery(changed, broker));
  expect(decoded["application_properties"]).toMatchObject({
    text: "new",
    int: "replaced",
    long: 9,
    ubyte: 1,
    float: 0.5,
  });
  expect(changed.bare.includes(Buffer.from([0x50, 1]))).toBe(true);
  expect(decoded).toMatchObject({ message_id: "id", group_id: "g", body: [1, "two"] });
  const none = parseMessage(message.encode({ message_id: "x", body: "b" })).content;
  expect(message.decode(encodeDelivery(withApplicationProperties(none, { a: 1 }), broker))).toMatchObject({
    application_properties: { a: 1 },
    body: "b",
  });
});

test("a batch is the messages in its data sections", () => {
  const [a, b] = [sent({ body: "a" }), sent({ body: "b" })];
  const batch = message.encode({ body: message.data_sections([a, b]) });
  expect(messagesOf(batch, 0x80013700)).toEqual([a, b]);
  expect(messagesOf(a, 0)).toEqual([a]);
});

test.each([Buffer.from("no amqp"), Buffer.from([0x00, 0x53, 0x73, 0xd0, 0xff]), Buffer.from([0x00])])(
  "garbage is refused: %s",
  (raw) => {
    expect(() => parseMessage(raw)).toThrow(/could not be decoded/);
  },
);

import type { Message } from "rhea";
import type { TriggerInput } from "../invocation.ts";
import type { TypedData } from "../rpc.ts";
import { swapGuid } from "./broker.ts";
import type { ReceivedMessage } from "./receive-link.ts";

/** One field of a message as the trigger's metadata; undefined is left out. */
type Field = string | number | Date | object | undefined;

/**
 * What the trigger of cardinality one hands over: the body as text (bytes for `dataType: "binary"`), and the
 * message's properties as metadata. Members of a JSON body are metadata too, and overwrite those of the same
 * name, as on Azure.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger#message-metadata
 */
export function inputOfOne(received: ReceivedMessage, binary: boolean): TriggerInput {
  const metadata: Record<string, TypedData> = {};
  for (const [name, value] of Object.entries(fieldsOf(received))) {
    if (value !== undefined) metadata[name] = typed(value);
  }
  const body = bodyOf(received.message);
  if (binary) return { data: { bytes: body }, metadata };
  const text = body.toString("utf8");
  addBodyMembers(metadata, text);
  return { data: { string: text }, metadata };
}

/**
 * What the trigger of cardinality many hands over: all bodies, and each property as an array named
 * `<name>Array`. Empty bodies and absent properties are dropped, which shifts the arrays, as on Azure.
 */
export function inputOfMany(received: ReceivedMessage[], binary: boolean): TriggerInput {
  const fields = received.map(fieldsOf);
  const metadata: Record<string, TypedData> = {};
  for (const name of Object.keys(fields[0] ?? {})) {
    const values = fields.map((each) => each[name]).filter((value) => value !== undefined && value !== "");
    metadata[`${name}Array`] = values.every((value) => typeof value === "string")
      ? { collectionString: { string: values } }
      : { json: JSON.stringify(values.map((value) => (value instanceof Date ? withoutZone(value) : value))) };
  }
  const bodies = received.map((each) => bodyOf(each.message)).filter((body) => body.length > 0);
  const data: TypedData = binary
    ? { collectionBytes: { bytes: bodies } }
    : { collectionString: { string: bodies.map((body) => body.toString("utf8")) } };
  return { data, metadata };
}

/** A message's body as bytes: its data sections, or its value as text. */
export function bodyOf(message: Message): Buffer {
  const body: unknown = message.body;
  if (typeof body === "string") return Buffer.from(body);
  if (Buffer.isBuffer(body)) return body;
  const content: unknown = (body as { content?: unknown } | null | undefined)?.content;
  if (Buffer.isBuffer(content)) return content;
  if (Array.isArray(content)) return Buffer.concat(content as Buffer[]);
  return body === null || body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(body));
}

function fieldsOf({ message, tag }: ReceivedMessage): Record<string, Field> {
  const annotations = message.message_annotations ?? {};
  const enqueued = new Date((annotations["x-opt-enqueued-time"] as Date | number | undefined) ?? 0);
  const properties: object = message.application_properties ?? {};
  return {
    DeliveryCount: (message.delivery_count ?? 0) + 1,
    DeadLetterSource: text(annotations["x-opt-deadletter-source"]),
    LockToken: guidText(tag),
    ExpiresAtUtc: expiry(message, enqueued),
    EnqueuedTimeUtc: enqueued,
    MessageId: text(message.message_id),
    ContentType: text(message.content_type),
    ReplyTo: text(message.reply_to),
    SequenceNumber: Number(annotations["x-opt-sequence-number"] ?? 0),
    To: text(message.to),
    Subject: text(message.subject),
    Label: text(message.subject),
    CorrelationId: text(message.correlation_id),
    ApplicationProperties: properties,
    UserProperties: properties,
    SessionId: text(message.group_id),
    ReplyToSessionId: text(message.reply_to_group_id),
    PartitionKey: text(annotations["x-opt-partition-key"] ?? message.group_id),
  };
}

function text(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Buffer.isBuffer(value)) return value.toString("hex");
  return value === undefined || value === null ? undefined : JSON.stringify(value);
}

function expiry(message: Message, enqueued: Date): Date {
  if (message.absolute_expiry_time) return new Date(message.absolute_expiry_time);
  const latest = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
  return new Date(Math.min(latest, message.ttl === undefined ? latest : enqueued.getTime() + message.ttl));
}

function typed(value: string | number | Date | object): TypedData {
  if (typeof value === "string") return typedText(value);
  if (typeof value === "number") return { int: value };
  return { json: JSON.stringify(value instanceof Date ? withoutZone(value) : value) };
}

/**
 * Text, of which the library tries whether it is JSON. Where it cannot be, it goes as JSON of the same text:
 * the function sees no difference, and an exception is saved, which costs ten times as much.
 */
function typedText(text: string): TypedData {
  return /^\s*(?:["{[]|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$|(?:true|false|null)\s*$)/i.test(text)
    ? { string: text }
    : { json: JSON.stringify(text) };
}

/** .NET's UTC times reach the worker without their zone. */
function withoutZone(time: Date): string {
  return time.toISOString().slice(0, -1);
}

function guidText(tag: Buffer): string {
  const hex = (tag.length === 16 ? swapGuid(tag) : tag).toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Arrays and nulls are left out; text and numbers travel as text, `true` as `True`, objects as JSON. */
function addBodyMembers(metadata: Record<string, TypedData>, body: string): void {
  if (!body.startsWith("{")) return;
  let members: Record<string, unknown>;
  try {
    members = JSON.parse(body) as Record<string, unknown>;
  } catch {
    return;
  }
  for (const [member, value] of Object.entries(members)) {
    if (value === null || Array.isArray(value)) continue;
    const capital = member.charAt(0).toUpperCase() + member.slice(1);
    const name = capital in metadata ? capital : member;
    if (typeof value === "object") metadata[name] = { json: JSON.stringify(value) };
    else if (typeof value === "boolean") metadata[name] = { string: value ? "True" : "False" };
    else metadata[name] = typeof value === "string" ? typedText(value) : { string: JSON.stringify(value) };
  }
}

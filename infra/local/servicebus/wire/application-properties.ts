import type { MessageContent } from "./content.ts";
import { encodeValue } from "./value-writer.ts";
import { mapSections, SECTION } from "./sections.ts";
import { ValueReader } from "./value-reader.ts";

/** Properties to set on a message: plain values, or values that are already encoded (kept byte for byte). */
export type PropertyValues = Record<string, string | number | boolean | Date | null | EncodedValue>;

/** An AMQP value as bytes. */
export interface EncodedValue {
  readonly encoded: Buffer;
}

/** Sets application properties on a message; all its other bytes stay as they are. */
export function withApplicationProperties(content: MessageContent, values: PropertyValues): MessageContent {
  const { bare } = content;
  const map = mapSections(bare);
  const pairs = new Map<string, Buffer>();
  if (map.applicationProperties >= 0) {
    const reader = new ValueReader(bare, map.applicationProperties);
    const { count } = reader.enter();
    for (let i = 0; i + 1 < count; i += 2) {
      const key = reader.next();
      const start = reader.at;
      reader.skip();
      if (typeof key === "string") pairs.set(key, bare.subarray(start, reader.at));
    }
  }
  for (const [name, value] of Object.entries(values)) pairs.set(name, encodedOf(value));
  const parts: Buffer[] = [];
  for (const [name, value] of pairs) parts.push(encodeValue(name), value);
  const items = Buffer.concat(parts);
  const head = Buffer.alloc(12);
  head.set([0x00, 0x53, SECTION.applicationProperties, 0xd1]);
  head.writeUInt32BE(items.length + 4, 4);
  head.writeUInt32BE(pairs.size * 2, 8);
  const propertiesEnd = map.applicationProperties >= 0 ? map.applicationProperties : map.body;
  return {
    ...content,
    bare: Buffer.concat([bare.subarray(0, propertiesEnd), head, items, bare.subarray(map.body)]),
  };
}

function encodedOf(value: PropertyValues[string]): Buffer {
  if (typeof value === "object" && value !== null && "encoded" in value) return value.encoded;
  return encodeValue(value);
}

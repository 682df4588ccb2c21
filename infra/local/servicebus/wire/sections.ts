import { ValueReader } from "./value-reader.ts";

/** Section descriptors. Source: AMQP 1.0 part 3, section 3.2. */
export const SECTION = {
  header: 0x70,
  deliveryAnnotations: 0x71,
  messageAnnotations: 0x72,
  properties: 0x73,
  applicationProperties: 0x74,
} as const;

/** Where the sections of one encoded message lie; offsets of the described value, -1 when it is absent. */
export interface SectionMap {
  header: number;
  messageAnnotations: number;
  properties: number;
  applicationProperties: number;
  /** The first byte of what senders own (properties, application properties, body, footer). */
  bare: number;
  /** The first byte after properties and application properties: the body. */
  body: number;
}

/** Finds the sections of an encoded message without decoding them. Throws RangeError or TypeError on garbage. */
export function mapSections(raw: Buffer): SectionMap {
  const map: SectionMap = {
    header: -1,
    messageAnnotations: -1,
    properties: -1,
    applicationProperties: -1,
    bare: raw.length,
    body: raw.length,
  };
  const reader = new ValueReader(raw);
  while (!reader.done) {
    const start = reader.at;
    const code = sectionCode(raw, start);
    if (code >= SECTION.properties && start < map.bare) map.bare = start;
    if (code > SECTION.applicationProperties) {
      map.body = start;
      break;
    }
    if (code === SECTION.header) map.header = start;
    else if (code === SECTION.messageAnnotations) map.messageAnnotations = start;
    else if (code === SECTION.properties) map.properties = start;
    else if (code === SECTION.applicationProperties) map.applicationProperties = start;
    reader.skip();
  }
  return map;
}

function sectionCode(raw: Buffer, at: number): number {
  if (raw[at] !== 0x00) throw new TypeError("a message section must be a described type");
  const form = raw[at + 1];
  if (form === 0x53) return raw.readUInt8(at + 2);
  if (form === 0x80) return Number(raw.readBigUInt64BE(at + 2));
  throw new TypeError("a message section must be described by an unsigned long");
}

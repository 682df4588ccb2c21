/** Encodes a plain value: whole numbers as long, others as double, dates as timestamp. */
export function encodeValue(value: string | number | boolean | Date | null): Buffer {
  if (value === null) return Buffer.from([0x40]);
  if (typeof value === "boolean") return Buffer.from([value ? 0x41 : 0x42]);
  if (typeof value === "string") return encodeText(value);
  const out = Buffer.alloc(9);
  if (value instanceof Date) {
    out[0] = 0x83;
    out.writeBigInt64BE(BigInt(value.getTime()), 1);
  } else if (Number.isSafeInteger(value)) {
    out[0] = 0x81;
    out.writeBigInt64BE(BigInt(value), 1);
  } else {
    out[0] = 0x82;
    out.writeDoubleBE(value, 1);
  }
  return out;
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= 255) return Buffer.concat([Buffer.from([0xa1, bytes.length]), bytes]);
  const head = Buffer.alloc(5);
  head[0] = 0xb1;
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}

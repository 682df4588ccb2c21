import type { Json } from "./json.ts";

const mask64 = 0xffff_ffff_ffff_ffffn;
const c1 = 0x87c3_7b91_1142_53d5n;
const c2 = 0x4cf5_ad43_2745_937fn;

function rotate(value: bigint, by: bigint): bigint {
  return ((value << by) | (value >> (64n - by))) & mask64;
}

function mixed(value: bigint): bigint {
  let mixing = ((value ^ (value >> 33n)) * 0xff51_afd7_ed55_8ccdn) & mask64;
  mixing = ((mixing ^ (mixing >> 33n)) * 0xc4ce_b9fe_1a85_ec53n) & mask64;
  return mixing ^ (mixing >> 33n);
}

/** MurmurHash3, 128 bits, as for 64-bit processors: https://github.com/aappleby/smhasher */
function murmur(bytes: Buffer): [bigint, bigint] {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 16) * 16);
  bytes.copy(padded);
  const whole = bytes.length - (bytes.length % 16);
  let h1 = 0n;
  let h2 = 0n;
  for (let at = 0; at < padded.length; at += 16) {
    const k1 = (rotate((padded.readBigUInt64LE(at) * c1) & mask64, 31n) * c2) & mask64;
    const k2 = (rotate((padded.readBigUInt64LE(at + 8) * c2) & mask64, 33n) * c1) & mask64;
    h1 ^= k1;
    if (at >= whole) {
      h2 ^= k2;
      continue;
    }
    h1 = ((rotate(h1, 27n) + h2) * 5n + 0x52dc_e729n) & mask64;
    h2 ^= k2;
    h2 = ((rotate(h2, 31n) + h1) * 5n + 0x3849_5ab5n) & mask64;
  }
  const length = BigInt(bytes.length);
  h1 = ((h1 ^ length) + (h2 ^ length)) & mask64;
  h2 = ((h2 ^ length) + h1) & mask64;
  const m1 = mixed(h1);
  const m2 = mixed(h2);
  h1 = (m1 + m2) & mask64;
  return [h1, (m2 + h1) & mask64];
}

/** A key's value as the service hashes it: a byte for its type, then its bytes. */
function encoded(value: Json | undefined): Buffer {
  if (typeof value === "string") return Buffer.concat([Buffer.of(0x08), Buffer.from(value), Buffer.of(0xff)]);
  if (typeof value === "number") {
    const bytes = Buffer.alloc(9);
    bytes[0] = 0x05;
    bytes.writeDoubleLE(value, 1);
    return bytes;
  }
  if (typeof value === "boolean") return Buffer.of(value ? 0x03 : 0x02);
  return Buffer.of(value === null ? 0x01 : 0x00);
}

/**
 * The effective partition key of a hierarchical key: 32 hexadecimal digits for each of its values, so that
 * all keys with a prefix share a range. The SDK asks for the change feed of a prefix by that range.
 */
export function effectiveKey(values: readonly Json[]): string {
  return values
    .map((value) => {
      const [h1, h2] = murmur(encoded(value));
      const low = h2 & 0x3fff_ffff_ffff_ffffn;
      return (low.toString(16).padStart(16, "0") + h1.toString(16).padStart(16, "0")).toUpperCase();
    })
    .join("");
}

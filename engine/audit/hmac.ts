import { hash } from "node:crypto";

const BLOCK = 64;

/**
 * HMAC-SHA256 in hex (https://www.rfc-editor.org/rfc/rfc2104) for keys that are used a few times only: Node's
 * `createHmac` makes a key object first, which costs several times as much as the rest. Keys of at most 64 bytes.
 */
export function hmac(key: Uint8Array, text: string): string {
  if (key.length > BLOCK) throw new RangeError(`a key has at most ${BLOCK} bytes`);
  const inner = Buffer.alloc(BLOCK, 0x36);
  const outer = Buffer.alloc(BLOCK, 0x5c);
  for (const [index, byte] of key.entries()) {
    inner[index] = 0x36 ^ byte;
    outer[index] = 0x5c ^ byte;
  }
  const digest = hash("sha256", Buffer.concat([inner, Buffer.from(text)]), "buffer");
  return hash("sha256", Buffer.concat([outer, digest]), "hex");
}

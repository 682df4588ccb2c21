import { createHash } from "node:crypto";

/**
 * The run of a load that a step begins: a UUID of version 8 (RFC 9562, 5.8) from the hash of the step's key of
 * idempotency, so that whoever does the step again finds it. `begun`: how many loads of the step have ended without
 * effect before it.
 */
export function loadIdOf(idempotencyKey: string, begun: number): string {
  const hash = createHash("sha256")
    .update(JSON.stringify(["load", idempotencyKey, begun]))
    .digest("hex");
  const variant = ((Number.parseInt(hash.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `${variant}${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

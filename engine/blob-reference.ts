import { createHash } from "node:crypto";
import { BlobLostError } from "./errors/blob-lost-error.ts";
import type { Blobs } from "./ports.ts";

/** Where bytes lie that are too large for a message or an item, and what tells that they are those. */
export interface BlobReference {
  /** Name of the blob. */
  readonly name: string;
  /** SHA-256 of the bytes, in hex. */
  readonly sha256: string;
  /** How many there are. */
  readonly bytes: number;
}

/** Refers to `bytes` in a blob of that name. */
export function referenceTo(name: string, bytes: Uint8Array): BlobReference {
  return { name, sha256: sha256(bytes), bytes: bytes.length };
}

/** The bytes. Throws BlobLostError where the blob is gone or holds others. */
export async function fetchReferred(
  blobs: Blobs,
  { name, sha256: expected }: BlobReference,
): Promise<Buffer> {
  const bytes = await blobs.get(name);
  if (!bytes) throw new BlobLostError(name, "missing");
  if (sha256(bytes) !== expected) throw new BlobLostError(name, "altered");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** SHA-256 in hex: of a text its UTF-8. */
export function sha256(of: Uint8Array | string): string {
  return createHash("sha256").update(of).digest("hex");
}

import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** What a file holds. */
export interface Content {
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** Bytes on their way, and what they were once they have all passed. */
export function measuring(bytes: AsyncIterable<Uint8Array>): {
  readonly bytes: AsyncIterable<Uint8Array>;
  content(): Content;
} {
  const hash = createHash("sha256");
  let size = 0;
  return {
    bytes: (async function* () {
      for await (const piece of bytes) {
        hash.update(piece);
        size += piece.length;
        yield piece;
      }
    })(),
    content: () => ({ sha256: hash.digest("hex"), bytes: size }),
  };
}

/** Writes a file as its bytes come. Rejects with what they throw, and when the signal aborts. */
export async function writeBytes(
  file: string,
  bytes: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<Content> {
  const measured = measuring(bytes);
  const stream = createWriteStream(file, { flags: "wx", mode: 0o600 });
  await pipeline(Readable.from(measured.bytes, { objectMode: false }), stream, { signal });
  return measured.content();
}

/** The bytes of a file, which is opened when the first of them are asked for. */
export async function* readBytes(file: string): AsyncGenerator<Uint8Array, void, void> {
  yield* createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>;
}

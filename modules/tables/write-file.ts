import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** Bytes that are written at a time, about. */
const BATCH = 128 * 1024;

/**
 * Writes what comes, no faster than the disk takes it. Rejects with what the source throws, and when the signal aborts;
 * there may be a part of the file then.
 */
export async function writeFile(
  file: string,
  pieces: AsyncIterable<string | Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  await pipeline(Readable.from(pieces, { objectMode: true, highWaterMark: 1 }), createWriteStream(file), {
    signal,
  });
}

/** Gathers what is written, so that it goes out in pieces of some size. */
export class Gathered {
  readonly #texts: string[] = [];
  #size = 0;

  add(text: string): void {
    this.#texts.push(text);
    this.#size += text.length;
  }

  /** Whether there is enough for a piece. */
  get full(): boolean {
    return this.#size >= BATCH;
  }

  /** All of it; from then on there is nothing. */
  taken(): string {
    const text = this.#texts.join("");
    this.#texts.length = 0;
    this.#size = 0;
    return text;
  }
}

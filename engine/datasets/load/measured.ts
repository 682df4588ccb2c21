import { createHash } from "node:crypto";

/** Bytes on their way, measured. */
export interface Measured {
  /** To be iterated once. Throws the signal's reason as soon as that aborts, although no byte comes. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** How many went by so far. */
  size(): number;
  /** The SHA-256 of all, in hexadecimal; to be asked for once, at the end: before that, it throws. */
  sha256(): string;
}

/** The same bytes, counted and hashed as they go by. */
export function measured(bytes: AsyncIterable<Uint8Array>, signal?: AbortSignal): Measured {
  const hash = createHash("sha256");
  let size = 0;
  let ended = false;
  async function* tapped(): AsyncGenerator<Uint8Array, void, void> {
    const source = bytes[Symbol.asyncIterator]();
    // Of the chunk that is waited for. One promise for all would keep what each race came to, and with it every chunk.
    let stopWaiting = (_reason: unknown): void => {};
    const abort = (): void => stopWaiting(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    try {
      for (;;) {
        signal?.throwIfAborted();
        const next = await new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
          stopWaiting = reject;
          source.next().then(resolve, reject);
        });
        ended = next.done === true;
        if (next.done) return;
        hash.update(next.value);
        size += next.value.length;
        yield next.value;
      }
    } finally {
      signal?.removeEventListener("abort", abort);
      // Not awaited: a source of which a chunk is still asked for ends when that has come, which may be never.
      if (!ended) source.return?.().catch(() => {});
    }
  }
  const sha256 = (): string => {
    if (!ended) throw new Error("the end of the file was not read");
    return hash.digest("hex");
  };
  return { bytes: tapped(), size: () => size, sha256 };
}

/** Bytes that are read piece by piece, by who needs them: nothing is asked of the source before somebody asks here. */
export interface ByteReader {
  /** The next bytes, as they came and never none; undefined at the end. */
  chunk(): Promise<Uint8Array | undefined>;
  /** The next `size` bytes, fewer at the end, which stay to be read. */
  peek(size: number): Promise<Uint8Array>;
  /** The next `size` bytes; undefined where there are fewer, which stay to be read. */
  take(size: number): Promise<Uint8Array | undefined>;
  /** Puts bytes back: they are what is read next. */
  unread(bytes: Uint8Array): void;
  /** How many bytes the source gave so far. */
  received(): number;
  /** Tells the source that no more is wanted. */
  close(): Promise<void>;
}

/** Reads bytes piece by piece. A chunk is passed on as it came, without a copy, unless `peek` had to join some. */
export function byteReader(bytes: AsyncIterable<Uint8Array>): ByteReader {
  const source = bytes[Symbol.asyncIterator]();
  const waiting: Uint8Array[] = [];
  let received = 0;
  let ended = false;
  const more = async (): Promise<Uint8Array | undefined> => {
    while (!ended) {
      const { done, value } = await source.next();
      if (done) ended = true;
      else if (value.length > 0) {
        received += value.length;
        return value;
      }
    }
    return undefined;
  };
  const peek = async (size: number): Promise<Uint8Array> => {
    let length = waiting.reduce((sum, { length }) => sum + length, 0);
    while (length < size) {
      const next = await more();
      if (!next) break;
      waiting.push(next);
      length += next.length;
    }
    const first = waiting[0];
    if (first && first.length < size && waiting.length > 1)
      waiting.splice(0, waiting.length, Buffer.concat(waiting));
    return waiting[0]?.subarray(0, size) ?? new Uint8Array(0);
  };
  return {
    chunk: async () => waiting.shift() ?? more(),
    peek,
    async take(size) {
      const taken = await peek(size);
      if (taken.length < size) return undefined;
      const rest = waiting.shift()?.subarray(size);
      if (rest?.length) waiting.unshift(rest);
      return taken;
    },
    unread(bytes) {
      if (bytes.length > 0) waiting.unshift(bytes);
    },
    received: () => received,
    async close() {
      waiting.length = 0;
      ended = true;
      await source.return?.();
    },
  };
}

import { FileFaultError } from "../../../../engine/errors/file-fault-error.ts";

/** Bytes as a source gives them, and what became of it. */
export interface Source extends AsyncIterable<Uint8Array> {
  /** Chunks that were asked for. */
  asked(): number;
  /** Whether it was told that no more is wanted, or came to its end. */
  closed(): boolean;
}

/** A source of chunks. */
export function sourceOf(chunks: Iterable<Uint8Array>): Source {
  const left = chunks[Symbol.iterator]();
  let asked = 0;
  let closed = false;
  const iterator: AsyncIterator<Uint8Array> = {
    next() {
      asked++;
      const next = left.next();
      closed ||= next.done === true;
      return Promise.resolve(next);
    },
    return() {
      closed = true;
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { [Symbol.asyncIterator]: () => iterator, asked: () => asked, closed: () => closed };
}

/** Bytes in chunks of these sizes, over and over; each chunk has a buffer of its own. */
export function* cutInto(bytes: Uint8Array, sizes: readonly number[]): Generator<Uint8Array, void, void> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + Math.max(1, sizes[i % sizes.length] ?? bytes.length);
    yield bytes.slice(at, end);
    at = end;
  }
}

/** All that an iteration gives. */
export async function allOf(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** What an iteration gives as text. */
export async function textOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  return (await allOf(bytes)).toString("utf8");
}

/** What somebody reads whose file is refused; anything but a FileFaultError is thrown on, and none is an error. */
export async function faultOf(work: Promise<unknown>): Promise<string> {
  const outcome = await outcomeOf(work);
  if ("fault" in outcome) return outcome.fault;
  throw new Error("no fault was found");
}

/** What comes of it: a value, or what somebody reads whose file is refused. Anything but a FileFaultError is thrown on. */
export async function outcomeOf<T>(work: Promise<T>): Promise<{ value: T } | { fault: string }> {
  try {
    return { value: await work };
  } catch (error) {
    if (error instanceof FileFaultError) return { fault: error.message };
    throw error;
  }
}

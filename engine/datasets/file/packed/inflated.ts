import { constants, createGunzip, createInflateRaw } from "node:zlib";
import { FileFaultError } from "../../../errors/file-fault-error.ts";
import type { ByteReader } from "../byte-reader.ts";
import { refuseBomb } from "./bomb.ts";

/** What deflated bytes lie in, and how many of them there were. */
export interface Inflating {
  /** `gzip`: members one behind the other, whose sums zlib checks; `deflate`: bare, as in a zip. */
  readonly as: "gzip" | "deflate";
  /** Completes "… is damaged". */
  readonly what: string;
  /** Told at the end: how many bytes were read, which is where what follows begins. */
  readonly consumed?: (bytes: number) => void;
}

/** Bytes given out at a time. */
const CHUNK = 64 * 1024;

/**
 * Inflates what comes next, as it is asked for, and leaves what stands behind it to be read. The next bytes are read
 * when all that the last ones held was taken. Throws a FileFaultError for what is damaged, cut off, or a bomb.
 */
export async function* inflated(
  reader: ByteReader,
  { as, what, consumed }: Inflating,
): AsyncGenerator<Uint8Array, void, void> {
  const engine = (as === "gzip" ? createGunzip : createInflateRaw)({
    chunkSize: CHUNK,
    finishFlush: constants.Z_FINISH,
  });
  let changed = Promise.withResolvers<void>();
  let failure: Error | undefined;
  const wake = (): void => changed.resolve();
  engine.on("readable", wake);
  engine.on("error", (error) => {
    failure ??= error;
    wake();
  });
  let bytesIn = 0;
  let bytesOut = 0;
  try {
    for (;;) {
      const chunk = await reader.chunk();
      let busy = true;
      const done = (error?: Error | null): void => {
        if (error) failure ??= error;
        busy = false;
        wake();
      };
      if (chunk) {
        engine.write(chunk, done);
      } else {
        // It is through when all is read: it finishes before it looks at what is missing.
        engine.once("end", done);
        engine.end();
      }
      bytesIn += chunk?.length ?? 0;
      for (;;) {
        if (failure) throw failure;
        const out = engine.read() as Uint8Array | null;
        if (out) {
          bytesOut += out.length;
          refuseBomb(engine.bytesWritten, bytesOut);
          yield out;
        } else if (busy) {
          await changed.promise;
          changed = Promise.withResolvers();
        } else {
          break;
        }
      }
      const over = bytesIn - engine.bytesWritten;
      if (chunk && over > 0) reader.unread(chunk.subarray(chunk.length - over));
      if (!chunk || over > 0) break;
    }
    consumed?.(engine.bytesWritten);
  } catch (error) {
    if (error !== failure || !failure) throw error;
    throw faultOf(failure, what);
  } finally {
    engine.destroy();
  }
}

function faultOf(error: Error, what: string): Error {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === "Z_BUF_ERROR") {
    return new FileFaultError(`${what} is cut off: its end is missing`, { cause: error });
  }
  // What begins as no gzip does is not the first member: that one was told by how it begins.
  if (code === "Z_DATA_ERROR" && error.message === "incorrect header check") {
    return new FileFaultError(`${what} has other bytes behind its end`, { cause: error });
  }
  if (code === "Z_DATA_ERROR" || code === "Z_NEED_DICT") {
    return new FileFaultError(`${what} is damaged: ${error.message}`, { cause: error });
  }
  return error;
}

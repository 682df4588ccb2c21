import { type ByteReader, byteReader } from "../byte-reader.ts";
import { type Encoding, encodingNamed, encodingOf, FIRST_BYTES, markBytes } from "./encoding.ts";
import { firstUpperByte, looksLikeUtf8, WINDOW_BYTES } from "./upper-bytes.ts";
import { fromUtf16 } from "./utf16.ts";
import { fromWindows1252 } from "./windows-1252.ts";

/** A file as UTF-8. */
export interface Utf8File {
  /** To be iterated once. What was no character in the file is none in here either. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What it was: `utf-8` until it shows to be another, which may be far into the file. */
  encoding(): Encoding;
}

/**
 * A file's bytes as UTF-8, as they are asked for, without the mark at their beginning. Without an encoding `asked` for:
 * a mark tells, or the NULs of UTF-16, or else the 64 KiB from the first byte on that is not ASCII decide for the whole
 * file whether it is UTF-8, of which what is invalid stays as it is, or windows-1252, which programs call Latin-1. The
 * same bytes give the same result however they come in chunks. Throws a FileFaultError for an encoding that is not
 * known; while iterated, for UTF-32.
 */
export function toUtf8(bytes: AsyncIterable<Uint8Array>, asked?: string): Utf8File {
  const given = asked === undefined ? undefined : encodingNamed(asked);
  let encoding: Encoding = given ?? "utf-8";
  async function* converted(): AsyncGenerator<Uint8Array, void, void> {
    const reader = byteReader(bytes);
    try {
      const first = await reader.peek(FIRST_BYTES);
      const told = given ?? encodingOf(first);
      encoding = told ?? "utf-8";
      await reader.take(markBytes(first, encoding));
      if (!told) encoding = yield* upToFirstUpperByte(reader);
      if (encoding === "utf-8") yield* rest(reader);
      else if (encoding === "windows-1252") yield* fromWindows1252(rest(reader));
      else yield* fromUtf16(rest(reader), encoding === "utf-16le" ? "le" : "be");
    } finally {
      await reader.close();
    }
  }
  return { bytes: converted(), encoding: () => encoding };
}

/** Passes ASCII on, and returns what the rest of the file is. */
async function* upToFirstUpperByte(reader: ByteReader): AsyncGenerator<Uint8Array, Encoding, void> {
  for (let chunk; (chunk = await reader.chunk());) {
    const at = firstUpperByte(chunk);
    if (at < 0) {
      yield chunk;
      continue;
    }
    if (at > 0) yield chunk.subarray(0, at);
    reader.unread(chunk.subarray(at));
    const window = await reader.peek(WINDOW_BYTES);
    return looksLikeUtf8(window, window.length === WINDOW_BYTES) ? "utf-8" : "windows-1252";
  }
  return "utf-8";
}

async function* rest(reader: ByteReader): AsyncGenerator<Uint8Array, void, void> {
  for (let chunk; (chunk = await reader.chunk());) yield chunk;
}

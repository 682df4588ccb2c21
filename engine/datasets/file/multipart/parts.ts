import { isUtf8 } from "node:buffer";
import { FileFaultError } from "../../../errors/file-fault-error.ts";
import type { ByteReader } from "../byte-reader.ts";
import { fileNameIn, headerValue } from "./parameters.ts";

/** A part of a form. */
export interface FormPart {
  readonly name: string;
  /** As sent; undefined where it is no file. */
  readonly fileName: string | undefined;
  /** To be read to its end before the next part is asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Bytes of a line of a part's head. */
const LINE_LIMIT = 8 * 1024;
/** Lines of a part's head. */
const LINES = 20;
/** Bytes before the first part and behind the last one, where clients write nothing, or a line end. */
const AROUND = 64 * 1024;
const CRLF = Buffer.from("\r\n");

/**
 * The parts of a multipart/form-data body (RFC 7578, RFC 2046 section 5.1), one after the other, as far as they are
 * asked for. Throws a FileFaultError where the body is none, or ends before its last boundary.
 */
export async function* formParts(reader: ByteReader, boundary: string): AsyncGenerator<FormPart, void, void> {
  const delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
  // The first boundary has no line before it that would have to end.
  reader.unread(CRLF);
  await skip(untilDelimiter(reader, delimiter), "before its first boundary");
  while (!(await isLast(reader))) {
    const { name, fileName } = await head(reader);
    yield { name, fileName, body: untilDelimiter(reader, delimiter) };
  }
  await skip(rest(reader), "behind its last boundary");
}

/** What stands before the next boundary, which is read as well. */
async function* untilDelimiter(
  reader: ByteReader,
  delimiter: Buffer,
): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const chunk = await next(reader);
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
    const at = bytes.indexOf(delimiter);
    if (at >= 0) {
      reader.unread(bytes.subarray(at + delimiter.length));
      if (at > 0) yield bytes.subarray(0, at);
      return;
    }
    const safe = bytes.length - begun(bytes, delimiter);
    if (safe > 0) yield bytes.subarray(0, safe);
    if (safe < bytes.length) reader.unread(Buffer.concat([bytes.subarray(safe), await next(reader)]));
  }
}

/** How many bytes at the end may be the beginning of a delimiter. */
function begun(bytes: Buffer, delimiter: Buffer): number {
  let at = Math.max(0, bytes.length - delimiter.length + 1);
  while ((at = bytes.indexOf(0x0d, at)) >= 0) {
    const length = bytes.length - at;
    if (bytes.compare(delimiter, 0, length, at) === 0) return length;
    at++;
  }
  return 0;
}

/** Reads what stands behind a boundary on its line: `--` where it is the last one. */
async function isLast(reader: ByteReader): Promise<boolean> {
  const two = await reader.peek(2);
  if (two.length === 2 && two[0] === 0x2d && two[1] === 0x2d) {
    await reader.take(2);
    return true;
  }
  const text = (await line(reader)).trim();
  if (text === "") return false;
  throw new FileFaultError("the upload's multipart body is malformed: the boundary occurs within a line");
}

async function head(reader: ByteReader): Promise<{ name: string; fileName: string | undefined }> {
  let found: ReturnType<typeof headerValue> | undefined;
  for (let lines = 0; ; lines++) {
    if (lines > LINES) throw new FileFaultError(`a part of the upload has more than ${LINES} headers`);
    const text = await line(reader);
    if (text === "") break;
    const [, header = "", value = ""] = /^([^:]*):(.*)$/.exec(text) ?? [];
    if (header.toLowerCase() === "content-disposition") found = headerValue(value);
    if (header.toLowerCase() === "content-transfer-encoding" && /base64|quoted/i.test(value)) {
      throw new FileFaultError(`a part of the upload is sent as ${value.trim()}: send its bytes as they are`);
    }
  }
  const name = found?.value === "form-data" ? found.parameters.get("name") : undefined;
  if (!found || name === undefined) {
    throw new FileFaultError(
      "a part of the upload has no name: it needs `Content-Disposition: form-data; name=…`",
    );
  }
  return { name, fileName: fileNameIn(found.parameters) };
}

/** A line of a head, without its end. */
async function line(reader: ByteReader): Promise<string> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    const end = bytes.indexOf(CRLF);
    const length = end < 0 ? bytes.length : end;
    if (bytes.subarray(0, length).includes(0x0a)) {
      throw new FileFaultError(
        "the upload's multipart body is malformed: lines of its heads must end with CR LF",
      );
    }
    if (length > LINE_LIMIT)
      throw new FileFaultError(`a header of a part of the upload is over ${LINE_LIMIT} bytes`);
    if (end >= 0) {
      reader.unread(bytes.subarray(end + CRLF.length));
      const text = bytes.subarray(0, end);
      return text.toString(isUtf8(text) ? "utf8" : "latin1");
    }
    bytes = Buffer.concat([bytes, await next(reader)]);
  }
}

async function next(reader: ByteReader): Promise<Uint8Array> {
  const chunk = await reader.chunk();
  if (chunk) return chunk;
  throw new FileFaultError(
    `the upload was cut off after ${reader.received()} bytes: the last boundary of its multipart body is missing`,
  );
}

async function* rest(reader: ByteReader): AsyncGenerator<Uint8Array, void, void> {
  for (let chunk; (chunk = await reader.chunk());) yield chunk;
}

async function skip(bytes: AsyncIterable<Uint8Array>, where: string): Promise<void> {
  let size = 0;
  for await (const { length } of bytes) {
    size += length;
    if (size > AROUND)
      throw new FileFaultError(`the upload's multipart body has more than ${AROUND} bytes ${where}`);
  }
}

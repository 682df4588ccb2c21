import { FileFaultError } from "../../../errors/file-fault-error.ts";
import { type ByteReader, byteReader } from "../byte-reader.ts";
import { BEGINNING_BYTES, foreignFile, packing } from "./foreign.ts";
import { inflated } from "./inflated.ts";
import { readPadding } from "./padding.ts";
import { unzipped } from "./unzipped.ts";

/**
 * A file's bytes out of what it was packed with, as they are asked for: gzip, or a zip of one file, told by their first
 * bytes whatever the name; any other passes as it is. Throws a FileFaultError where it is damaged, cut off, packed
 * twice or with something else, a bomb (see bomb.ts), a zip of no file or of several, or no text at all: a workbook, an
 * image.
 */
export async function* unpacked(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  const reader = byteReader(bytes);
  try {
    const beginning = await reader.peek(BEGINNING_BYTES);
    const packed = packing(beginning);
    if (packed === "gzip") yield* unpackedOnce(gunzipped(reader), "gzip");
    else if (packed === "zip") yield* unpackedOnce(unzipped(reader), "zip");
    else yield* plain(reader, beginning);
  } finally {
    await reader.close();
  }
}

async function* gunzipped(reader: ByteReader): AsyncGenerator<Uint8Array, void, void> {
  const what = "the gzip file";
  yield* inflated(reader, { as: "gzip", what });
  await readPadding(reader, what);
}

async function* unpackedOnce(
  bytes: AsyncIterable<Uint8Array>,
  as: string,
): AsyncGenerator<Uint8Array, void, void> {
  const reader = byteReader(bytes);
  try {
    const beginning = await reader.peek(BEGINNING_BYTES);
    const again = packing(beginning);
    if (again) throw new FileFaultError(`the file is a ${again} in a ${as}: pack it once`);
    yield* plain(reader, beginning);
  } finally {
    await reader.close();
  }
}

async function* plain(reader: ByteReader, beginning: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  const foreign = foreignFile(beginning);
  if (foreign) throw new FileFaultError(`the file is ${foreign}`);
  for (let chunk; (chunk = await reader.chunk());) yield chunk;
}

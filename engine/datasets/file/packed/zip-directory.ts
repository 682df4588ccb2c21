import { FileFaultError } from "../../../errors/file-fault-error.ts";
import type { ByteReader } from "../byte-reader.ts";
import { readPadding } from "./padding.ts";
import { isNoFile, zipName } from "./zip-head.ts";

/** The records behind the files of a zip by their marks (APPNOTE.TXT 4.3.8 to 4.3.16). */
const ENTRY = "PK\x01\x02";
const SIGNATURE = "PK\x05\x05";
const LONG_END = "PK\x06\x06";
const LOCATOR = "PK\x06\x07";
const END = "PK\x05\x06";

/**
 * Reads a zip's directory to the end of the archive; the names of the files in it, two at most, which says that there
 * are several. Throws a FileFaultError where it is cut off or none.
 */
export async function readDirectory(reader: ByteReader): Promise<readonly string[]> {
  const names: string[] = [];
  for (;;) {
    const mark = Buffer.from(await taken(reader, 4)).toString("latin1");
    if (mark === ENTRY) {
      const entry = await taken(reader, 42);
      const name = zipName(await taken(reader, entry.readUInt16LE(24)));
      if (names.length < 2 && !isNoFile(name)) names.push(name);
      await skip(reader, entry.readUInt16LE(26) + entry.readUInt16LE(28));
    } else if (mark === SIGNATURE) {
      await skip(reader, (await taken(reader, 2)).readUInt16LE(0));
    } else if (mark === LONG_END) {
      await skip(reader, Number((await taken(reader, 8)).readBigUInt64LE(0)));
    } else if (mark === LOCATOR) {
      await skip(reader, 16);
    } else if (mark === END) {
      await skip(reader, (await taken(reader, 18)).readUInt16LE(16));
      await readPadding(reader, "the zip");
      return names;
    } else {
      throw new FileFaultError("the zip is damaged: its directory is none");
    }
  }
}

async function taken(reader: ByteReader, size: number): Promise<Buffer> {
  const bytes = await reader.take(size);
  if (!bytes) throw new FileFaultError("the zip is cut off: its end is missing");
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** At most as much as two lengths of 16 bits say; what claims more is damaged. */
async function skip(reader: ByteReader, size: number): Promise<void> {
  if (size > 2 * 0xffff) throw new FileFaultError("the zip is damaged: its directory is none");
  await taken(reader, size);
}

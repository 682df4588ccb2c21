import { FileFaultError } from "../../../errors/file-fault-error.ts";
import type { ByteReader } from "../byte-reader.ts";
import { readDirectory } from "./zip-directory.ts";
import { zipEntry } from "./zip-entry.ts";
import { HEAD_BYTES, isNoFile, namedBytes, type ZipHead, zipHead } from "./zip-head.ts";

/** Bytes read on past the second file, to say what a zip holds. */
const LISTED_BYTES = 16 * 1024 * 1024;
/** Names in a message. */
const LISTED = 20;
/** Folders and the like, which cost time and hold nothing. */
const MOST_ENTRIES = 10_000;

/**
 * The one file of a zip, as it is asked for; folders and what macOS adds do not count. That there is another one behind
 * it shows only then. Throws a FileFaultError for none and for several, saying what is in it, and for what is damaged,
 * cut off, encrypted, a bomb, a workbook.
 */
export async function* unzipped(reader: ByteReader): AsyncGenerator<Uint8Array, void, void> {
  let file: string | undefined;
  let entries = 0;
  // Archives that were to be in pieces, and are in one, begin with a mark of four bytes (APPNOTE.TXT 8.5.4).
  if ((await mark(reader)) === "PK\x07\x08") await reader.take(4);
  for (let head; (head = await nextHead(reader));) {
    refuseOffice(head.name);
    if (++entries > MOST_ENTRIES) throw new FileFaultError(`the zip has more than ${MOST_ENTRIES} entries`);
    if (isNoFile(head.name)) {
      await skip(reader, head, Infinity);
    } else if (file === undefined) {
      file = head.name;
      yield* zipEntry(reader, head);
    } else {
      const names = [file, ...(await namesFrom(reader, head))];
      throw new FileFaultError(`the zip holds more than one file: ${listed(names)}. Send each by itself`);
    }
  }
  const names = await readDirectory(reader);
  if (file === undefined) throw new FileFaultError("the zip holds no file");
  // Readers that begin at the directory would see another file, or none.
  if (names.length !== 1 || names[0] !== file) {
    throw new FileFaultError(`the zip is damaged: its directory does not list \`${file}\` alone`);
  }
}

/** Reads the head of the next entry; undefined, and nothing read, where the directory begins. */
async function nextHead(reader: ByteReader): Promise<ZipHead | undefined> {
  if ((await mark(reader)) !== "PK\x03\x04") return undefined;
  const fixed = await reader.take(HEAD_BYTES);
  const named = fixed && (await reader.take(namedBytes(fixed)));
  if (!named) throw new FileFaultError("the zip is cut off: its end is missing");
  return zipHead(fixed, named);
}

async function mark(reader: ByteReader): Promise<string> {
  return Buffer.from(await reader.peek(4)).toString("latin1");
}

/** The names of an entry, whose head was read, and of those behind it, as far as they can be read without much ado. */
async function namesFrom(reader: ByteReader, first: ZipHead): Promise<readonly string[]> {
  const names: string[] = [];
  const until = reader.received() + LISTED_BYTES;
  let head: ZipHead | undefined = first;
  try {
    for (let entries = 0; head && entries < MOST_ENTRIES; entries++) {
      if (!isNoFile(head.name)) names.push(head.name);
      if (names.length > LISTED || !(await skip(reader, head, until))) return [...names, "…"];
      head = await nextHead(reader);
    }
    return head ? [...names, "…"] : names;
  } catch (error) {
    // That it holds several is what there is to say, whatever else is wrong with it.
    if (!(error instanceof FileFaultError)) throw error;
    return [...names, "…"];
  }
}

/** Reads an entry and drops it; false where the reader came past `until`. */
async function skip(reader: ByteReader, head: ZipHead, until: number): Promise<boolean> {
  for await (const chunk of zipEntry(reader, head)) {
    if (chunk.length > 0 && reader.received() > until) return false;
  }
  return true;
}

function refuseOffice(name: string): void {
  if (name === "[Content_Types].xml" || /^(?:_rels|docProps|xl|word|ppt)\//.test(name)) {
    throw new FileFaultError("the file is an Excel workbook, or another document of Office: save it as CSV");
  }
  if (name === "mimetype")
    throw new FileFaultError("the file is an OpenDocument spreadsheet: save it as CSV");
}

function listed(names: readonly string[]): string {
  const some = names.slice(0, LISTED).map((name) => (name === "…" ? name : `\`${name.slice(0, 200)}\``));
  return names.length > LISTED ? `${some.join(", ")}, …` : some.join(", ");
}

import { crc32 } from "node:zlib";
import { FileFaultError } from "../../../errors/file-fault-error.ts";
import type { ByteReader } from "../byte-reader.ts";
import { inflated } from "./inflated.ts";
import type { ZipHead, ZipSums } from "./zip-head.ts";

/**
 * What the entry of a zip holds, whose head was read; reads up to what follows the entry. Throws a FileFaultError
 * where it is damaged, cut off or a bomb.
 */
export async function* zipEntry(reader: ByteReader, head: ZipHead): AsyncGenerator<Uint8Array, void, void> {
  const what = `\`${head.name}\` in the zip`;
  let packed = 0;
  let size = 0;
  let crc = 0;
  const consumed = (bytes: number): void => {
    packed = bytes;
  };
  const bytes =
    head.method === "deflated"
      ? inflated(reader, { as: "deflate", what, consumed })
      : stored(reader, { what, size: head.sums?.packed ?? 0, consumed });
  for await (const chunk of bytes) {
    crc = crc32(chunk, crc);
    size += chunk.length;
    yield chunk;
  }
  const found = { crc, packed, size };
  const same = head.sums ? matches(head.sums, found) : await readSumsBehind(reader, found);
  if (!same) throw new FileFaultError(`${what} is damaged: its checksum or size is another one`);
}

async function* stored(
  reader: ByteReader,
  { what, size, consumed }: { what: string; size: number; consumed: (bytes: number) => void },
): AsyncGenerator<Uint8Array, void, void> {
  let left = size;
  while (left > 0) {
    const chunk = await reader.chunk();
    if (!chunk) throw new FileFaultError(`${what} is cut off: its end is missing`);
    const own = chunk.subarray(0, left);
    reader.unread(chunk.subarray(own.length));
    left -= own.length;
    yield own;
  }
  consumed(size);
}

/**
 * Reads the sums behind a file (APPNOTE.TXT 4.3.9). Their mark may be missing, and sizes take four or eight bytes
 * without a word of which: so that what matches the file and is followed by another mark is what they are.
 */
async function readSumsBehind(reader: ByteReader, found: ZipSums): Promise<boolean> {
  const bytes = Buffer.from(await reader.peek(4 + 4 + 16 + 2));
  if (bytes.length < 4 + 8 + 2) throw new FileFaultError("the zip is cut off: its end is missing");
  for (const mark of [4, 0]) {
    if (mark > 0 && bytes.toString("latin1", 0, 4) !== "PK\x07\x08") continue;
    for (const wide of [8, 4]) {
      const length = mark + 4 + 2 * wide;
      if (bytes.length < length + 2 || bytes.toString("latin1", length, length + 2) !== "PK") continue;
      const number = (at: number): number =>
        wide === 8 ? Number(bytes.readBigUInt64LE(at)) : bytes.readUInt32LE(at);
      const sums = { crc: bytes.readUInt32LE(mark), packed: number(mark + 4), size: number(mark + 4 + wide) };
      if (!matches(sums, found)) continue;
      await reader.take(length);
      return true;
    }
  }
  return false;
}

/** Writers that did not foresee more than 4 GiB keep the lower half of a size. */
function matches(sums: ZipSums, found: ZipSums): boolean {
  const same = (kept: number, size: number): boolean => kept === size || kept === size % 2 ** 32;
  return sums.crc === found.crc && same(sums.packed, found.packed) && same(sums.size, found.size);
}

import { promisify } from "node:util";
import { constants, createZstdDecompress, zstdCompress } from "node:zlib";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { Blobs } from "../../ports.ts";
import { PART_ROOM } from "../csv/cut-file.ts";
import type { Spare } from "../csv/spare.ts";
import { partBlob } from "./names.ts";

const compress = promisify(zstdCompress);

/** The fastest: to store and to fetch what is five times as large costs more than this. */
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 256 * 1024 };

/** How much is unpacked in one go; more would outlive a small collection, and wait for a large one. */
const UNPACKING = { chunkSize: 256 * 1024 };

/** Keeps the bytes of a part until they are loaded, packed; in place of what was kept of that part before. */
export async function putPart(blobs: Blobs, run: string, part: number, bytes: Uint8Array): Promise<void> {
  await blobs.put(partBlob(run, part), await compress(bytes, PACKING));
}

/** The bytes of a part, in a buffer of `spare`; undefined where nothing is kept. */
export async function getPart(
  blobs: Blobs,
  run: string,
  part: number,
  spare: Spare,
): Promise<Uint8Array | undefined> {
  const packed = await blobs.get(partBlob(run, part));
  if (!packed) return undefined;
  const bytes = spare.take(PART_ROOM);
  let length = 0;
  for await (const chunk of createZstdDecompress(UNPACKING).end(packed)) {
    const piece = chunk as Buffer;
    if (length + piece.length > PART_ROOM)
      throw new PermanentError(`part ${part} has more bytes than a part can have`);
    length += piece.copy(bytes, length);
  }
  return bytes.subarray(0, length);
}

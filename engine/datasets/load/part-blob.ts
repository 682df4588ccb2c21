import { promisify } from "node:util";
import { constants, zstdCompress, zstdDecompress } from "node:zlib";
import type { Blobs } from "../../ports.ts";
import { PART_ROOM } from "../csv/cut-file.ts";
import { partBlob } from "./names.ts";

const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** The fastest: to store and to fetch what is five times as large costs more than this. */
const PACKING = { params: { [constants.ZSTD_c_compressionLevel]: 1 }, chunkSize: 1024 * 1024 };

/** In one piece, and never more than a part can be. */
const UNPACKING = { chunkSize: PART_ROOM, maxOutputLength: PART_ROOM };

/** Keeps the bytes of a part until they are loaded, packed; in place of what was kept of that part before. */
export async function putPart(blobs: Blobs, run: string, part: number, bytes: Uint8Array): Promise<void> {
  await blobs.put(partBlob(run, part), await compress(bytes, PACKING));
}

/** The bytes of a part; undefined where nothing is kept. */
export async function getPart(blobs: Blobs, run: string, part: number): Promise<Uint8Array | undefined> {
  const packed = await blobs.get(partBlob(run, part));
  return packed && decompress(packed, UNPACKING);
}

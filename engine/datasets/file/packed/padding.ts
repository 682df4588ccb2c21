import { FileFaultError } from "../../../errors/file-fault-error.ts";
import type { ByteReader } from "../byte-reader.ts";

/** Reads to the end: zeros, with which some tools fill blocks, are all that may come. Throws a FileFaultError else. */
export async function readPadding(reader: ByteReader, what: string): Promise<void> {
  for (let chunk; (chunk = await reader.chunk());) {
    if (chunk.some((byte) => byte !== 0)) throw new FileFaultError(`${what} has other bytes behind its end`);
  }
}

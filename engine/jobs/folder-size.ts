import { lstat, opendir } from "node:fs/promises";

/** What an entry takes beside its content: so that many small files count too. */
const ENTRY_BYTES = 4096;

/**
 * Bytes on disk of a folder and all in it, or more than `enough` as soon as they are. What goes while it is looked at
 * does not count; paths that are too long to be followed are more than enough.
 */
export async function folderSize(folder: string | Buffer, enough: number): Promise<number> {
  let bytes = 0;
  // As bytes: a name need not be UTF-8.
  const left = [Buffer.from(folder)];
  for (let next = left.pop(); next !== undefined && bytes <= enough; next = left.pop()) {
    try {
      const stats = await lstat(next);
      bytes += stats.blocks * 512 + ENTRY_BYTES;
      if (!stats.isDirectory()) continue;
      for await (const { name } of await opendir(next, { encoding: "buffer" as BufferEncoding })) {
        left.push(Buffer.concat([next, Buffer.from("/"), name as unknown as Buffer]));
        if (left.length * ENTRY_BYTES > enough) return Infinity;
      }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENAMETOOLONG") return Infinity;
      if (code !== "ENOENT" && code !== "ENOTDIR" && code !== "EACCES") throw error;
    }
  }
  return bytes;
}

import { constants, type Stats } from "node:fs";
import { copyFile, mkdir, stat } from "node:fs/promises";
import path from "node:path";
import { inWords } from "./in-words.ts";
import { JobNotStartedError } from "./job-not-started-error.ts";
import { foldersOf, shown } from "./job-paths.ts";
import type { WardenJob } from "./order.ts";

const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;

/** Where files are brought to. */
interface Bringing {
  /** Nobody else may come into it yet. */
  readonly folder: string;
  /** Bytes that all of them may have. */
  readonly folderBytes: number;
  /** Gives what was made to the job's user. */
  readonly give: (place: string, mode: number) => Promise<void>;
  readonly cancelled: AbortSignal;
}

/**
 * Makes the folders that a job's files lie in, or will, and copies into them what it is brought; paths are checked
 * before. A copy shares its bytes with what it was copied from where the file system can. Stops in between when the job
 * is cancelled. Throws JobNotStartedError.
 */
export async function bringFiles(
  { files, bring, keep }: WardenJob,
  { folder, folderBytes, give, cancelled }: Bringing,
): Promise<void> {
  for (const way of foldersOf([...Object.keys(bring), ...Object.keys(keep)])) {
    await mkdir(path.join(folder, way));
    await give(path.join(folder, way), 0o700);
  }
  let bytes = Object.values(files).reduce((sum, base64) => sum + Buffer.byteLength(base64, "base64"), 0);
  for (const [place, source] of Object.entries(bring)) {
    if (cancelled.aborted) return;
    const { size } = await regular(place, source);
    bytes += size;
    if (bytes > folderBytes) {
      throw new JobNotStartedError(`a job's files come to more than ${inWords.bytes(folderBytes)}`);
    }
    const copy = path.join(folder, place);
    await copyFile(source, copy, COPYFILE_EXCL | COPYFILE_FICLONE).catch(couldNotBring(place, source));
    await give(copy, 0o600);
  }
}

async function regular(place: string, source: string): Promise<Stats> {
  const stats = await stat(source).catch(couldNotBring(place, source));
  if (stats.isFile()) return stats;
  return couldNotBring(place, source)(new Error("it is not a file"));
}

function couldNotBring(place: string, source: string): (error: Error) => never {
  return (error) => {
    throw new JobNotStartedError(
      `${source} could not be brought to a job as ${shown(place)}: ${error.message}`,
    );
  };
}

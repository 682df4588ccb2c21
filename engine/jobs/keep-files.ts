import { randomUUID } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { copyFile, type FileHandle, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { inWords } from "./in-words.ts";
import { JobNotStartedError } from "./job-not-started-error.ts";
import { shown } from "./job-paths.ts";
import { heldPath, openBelow } from "./open-below.ts";
import type { JobEnd } from "./runner.ts";

const { COPYFILE_EXCL, COPYFILE_FICLONE } = constants;

/** What is kept, by its path below a job's folder: the file that it becomes. */
type Keep = Readonly<Record<string, string>>;

/** What a job left. */
interface Left {
  readonly folder: string;
  /** Whose the files have to be. */
  readonly uid: number;
  /** Bytes that all of them may have. */
  readonly folderBytes: number;
}

/** Throws JobNotStartedError where a folder is missing that a file to keep is to lie in. */
export async function checkTargets(keep: Keep): Promise<void> {
  for (const folder of new Set(Object.values(keep).map((target) => path.dirname(target)))) {
    const stats = await stat(folder).catch(() => undefined);
    if (stats?.isDirectory()) continue;
    throw new JobNotStartedError(`${folder} is not a folder that files of a job can be kept in`);
  }
}

/**
 * Takes files out of the folder of a job whose processes are gone. Somebody else's may still alter it where the job let
 * them in: so what was looked at is held open and copied. To move it would be quicker, and whoever has it open could
 * write to it later. A target is written whole or not at all, with mode 0600. The reason says what was there and could
 * not be taken; what is missing is only left out.
 */
export async function keepFiles(keep: Keep, left: Left): Promise<Pick<JobEnd, "kept" | "reason">> {
  const kept: string[] = [];
  const refused: string[] = [];
  let bytesLeft = left.folderBytes;
  for (const [place, target] of Object.entries(keep)) {
    const taken = await keepFile(place, target, left, bytesLeft);
    if (!taken) continue;
    if ("fault" in taken) {
      refused.push(`${shown(place)} was not kept: ${taken.fault}`);
    } else {
      bytesLeft -= taken.bytes;
      kept.push(place);
    }
  }
  const [first, ...more] = refused;
  if (first === undefined) return { kept };
  return { kept, reason: more.length === 0 ? first : `${first}, nor were ${more.length} more` };
}

/** Undefined where nothing is there. Whatever a job left, it does not reject for that. */
async function keepFile(
  place: string,
  target: string,
  left: Left,
  bytesLeft: number,
): Promise<{ readonly bytes: number } | { readonly fault: string } | undefined> {
  let file: FileHandle;
  try {
    file = await openBelow(left.folder, place.split("/"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : { fault: inTheWay(code) };
  }
  await using closing = file;
  const stats = await closing.stat();
  const fault = faultOf(stats, left, bytesLeft);
  if (fault !== undefined) return { fault };
  try {
    await copyOut(file, path.join(left.folder, place), target);
    return { bytes: stats.size };
  } catch (error) {
    return { fault: `it could not be copied: ${(error as NodeJS.ErrnoException).code}` };
  }
}

/** Why a file could not be opened. */
function inTheWay(code = ""): string {
  if (code === "ELOOP") return "it is a link";
  if (code === "ENOTDIR") return "a folder on the way to it is a link, or no folder";
  if (code === "ENXIO") return "it is not a regular file";
  return `it cannot be opened: ${code}`;
}

/** Why a file may not be taken. */
function faultOf(stats: Stats, { uid, folderBytes }: Left, bytesLeft: number): string | undefined {
  if (!stats.isFile()) return "it is not a regular file";
  if (stats.uid !== uid) return "it does not belong to the job";
  // The other one may be a file of somebody else's.
  if (stats.nlink !== 1) return "it has a second name";
  if (stats.size <= bytesLeft) return undefined;
  return `what is kept would come to more than ${inWords.bytes(folderBytes)}`;
}

async function copyOut(file: FileHandle, place: string, target: string): Promise<void> {
  // A copy has owner and mode of the original: ours to read alone, and never a program that would run as us.
  await file.chown(Number(process.geteuid?.()), Number(process.getegid?.()));
  await file.chmod(0o600);
  const part = path.join(path.dirname(target), `.${randomUUID()}.part`);
  try {
    await copyFile(heldPath(file, place), part, COPYFILE_EXCL | COPYFILE_FICLONE);
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

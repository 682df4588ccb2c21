import { execFile } from "node:child_process";
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, realpath, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { JobNotStartedError } from "./job-not-started-error.ts";
import { isForAnybody } from "./program.ts";

const run = promisify(execFile);

/** Where everybody may write: a job that has a user of its own may leave files there too. */
const OPEN_FOLDERS = ["/tmp", "/var/tmp", "/dev/shm"];

/**
 * The real path of the folder that jobs' folders are made in, which is made if it is not there. Throws JobNotStartedError
 * when somebody else could alter it, or, with `anybody`, a job's user could not come through to its own.
 */
export async function openBase(folder: string, anybody: boolean): Promise<string> {
  await mkdir(path.dirname(folder), { recursive: true });
  await mkdir(folder, { mode: 0o711 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error;
  });
  const stats = await lstat(folder);
  if (!stats.isDirectory() || stats.uid !== process.geteuid?.() || (stats.mode & 0o022) !== 0) {
    throw new JobNotStartedError(
      `${folder} is for the folders of jobs, and must be a folder that we alone may alter`,
    );
  }
  const base = await realpath(folder);
  if (anybody && !isForAnybody(base)) {
    throw new JobNotStartedError(
      `a job's user cannot enter ${base}: it and all above it need the right x for others`,
    );
  }
  return base;
}

/** A new folder for a job, private to its user, with its files. */
export async function makeJobFolder(
  prefix: string,
  files: Readonly<Record<string, string>>,
  uid: number | null,
): Promise<string> {
  const folder = await mkdtemp(prefix);
  const give = async (place: string, mode: number): Promise<void> => {
    await chmod(place, mode);
    if (uid !== null) await chown(place, uid, uid);
  };
  for (const [name, content] of Object.entries(files)) {
    if (!/^[\w.-]+$/.test(name) || name === "." || name === "..") {
      throw new JobNotStartedError(`a job's file cannot be called "${name}"`);
    }
    await writeFile(path.join(folder, name), Buffer.from(content, "base64"), { flag: "wx" });
    await give(path.join(folder, name), 0o600);
  }
  await give(folder, 0o700);
  return folder;
}

/** What a user has in the folders where everybody may write. */
export async function filesInOpenFolders(uid: number): Promise<string[]> {
  const found: string[] = [];
  for (const folder of OPEN_FOLDERS) {
    for (const name of await readdir(folder).catch(() => [])) {
      const file = path.join(folder, name);
      const stats = await lstat(file).catch(() => undefined);
      if (stats?.uid === uid) found.push(file);
    }
  }
  return found;
}

/** Folders under a base whose names begin so. */
export async function foldersUnder(base: string, beginning: string): Promise<string[]> {
  return (await readdir(base))
    .filter((name) => name.startsWith(beginning))
    .map((name) => path.join(base, name));
}

/** Removes files and folders with all that is in them, however deep and whatever its modes. */
export async function removeAll(places: readonly string[]): Promise<void> {
  if (places.length === 0) return;
  // Node's own rm follows whole paths, which fails where they are longer than a path may be.
  await run("rm", ["-rf", "--", ...places]).catch(async () => {
    await run("chmod", ["-R", "u+rwx", "--", ...places]);
    await run("rm", ["-rf", "--", ...places]);
  });
}

import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, realpath, writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { bringFiles } from "./bring-files.ts";
import { JobNotStartedError } from "./job-not-started-error.ts";
import { faultOfPaths } from "./job-paths.ts";
import type { WardenJob, WardenOrder } from "./order.ts";
import { isForAnybody } from "./program.ts";

const run = promisify(execFile);

/** Where everybody may write: a job that has a user of its own may leave files there too. */
const OPEN_FOLDERS = ["/tmp", "/var/tmp", "/dev/shm", "/run/lock"];

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

/**
 * A new folder for a job, private to its user, with its files, what it is brought, and the folders that it is to leave
 * files in; not all of that where it is cancelled meanwhile. Throws JobNotStartedError.
 */
export async function makeJobFolder(
  prefix: string,
  job: WardenJob,
  { uid, folderBytes }: Pick<WardenOrder, "uid" | "folderBytes">,
  cancelled: AbortSignal,
): Promise<string> {
  const { files, bring, keep } = job;
  const fault = faultOfPaths({
    files: Object.keys(files),
    bring: Object.keys(bring),
    keep: Object.keys(keep),
  });
  if (fault !== undefined) throw new JobNotStartedError(fault);
  const folder = await mkdtemp(prefix);
  const give = async (place: string, mode: number): Promise<void> => {
    await chmod(place, mode);
    if (uid !== null) await chown(place, uid, uid);
  };
  for (const [name, content] of Object.entries(files)) {
    await writeFile(path.join(folder, name), Buffer.from(content, "base64"), { flag: "wx" });
    await give(path.join(folder, name), 0o600);
  }
  await bringFiles(job, { folder, folderBytes, give, cancelled });
  // Last: from here on, its user may come in.
  await give(folder, 0o700);
  return folder;
}

/** What a user has in the folders where everybody may write. */
export async function filesInOpenFolders(uid: number): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for (const folder of OPEN_FOLDERS) {
    // As bytes: a name need not be UTF-8.
    for (const name of await readdir(folder, { encoding: "buffer" }).catch(() => [])) {
      const file = Buffer.concat([Buffer.from(`${folder}/`), name]);
      const stats = await lstat(file).catch(() => undefined);
      if (stats?.uid === uid) found.push(file);
    }
  }
  return found;
}

/** Removes what a user has in the folders where everybody may write, and its System V memory, semaphores and queues. */
export async function removeTraces(uid: number): Promise<void> {
  const owned = ["-mindepth", "1", "-maxdepth", "1", "-uid", String(uid)];
  for (const folder of OPEN_FOLDERS) {
    await run("find", [folder, ...owned, "-exec", "rm", "-rf", "--", "{}", "+"], { env: PLAIN }).catch(
      (error: Error & { readonly stderr?: string }) => {
        // Not every machine has all of them, and what others have there may go while it is looked at.
        const faults = (error.stderr ?? "").split("\n").filter((line) => line !== "");
        const onlyGone = faults.length > 0 && faults.every((line) => GONE.test(line));
        if (existsSync(folder) && !onlyGone) throw error;
      },
    );
  }
  for (const [kind, option] of [
    ["shm", "-m"],
    ["sem", "-s"],
    ["msg", "-q"],
  ] as const) {
    for (const id of ownedIpc(kind, uid)) await run("ipcrm", [option, id]);
  }
}

/** Messages as they are written here. */
const PLAIN = { ...process.env, LC_ALL: "C" };
/** What `find` says of a file that was there a moment ago. */
const GONE = /^find: .*: No such file or directory$/;

/**
 * Ids of a kind of System V objects that a user made.
 * @see https://man7.org/linux/man-pages/man5/proc_sysvipc.5.html
 */
function ownedIpc(kind: "shm" | "sem" | "msg", uid: number): string[] {
  const file = `/proc/sysvipc/${kind}`;
  if (!existsSync(file)) return [];
  const [head = "", ...rows] = readFileSync(file, "utf8").trim().split("\n");
  const columns = head.trim().split(/\s+/);
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter((cells) => Number(cells[columns.indexOf("cuid")]) === uid)
    .flatMap((cells) => cells[columns.indexOf(kind === "msg" ? "msqid" : `${kind}id`)] ?? []);
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

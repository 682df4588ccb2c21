import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { lstat, mkdir, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Folders of processes that are gone are looked for once in the life of this one. */
const tidied = new Set<string>();

/**
 * A folder of its own for an attempt at a step in `base`, private to us; `remove` takes it away with all that is in it. What
 * processes left that were killed is taken away before. Rejects where somebody else could alter `base`.
 */
export async function attemptFolder(
  base: string = defaultBase(),
): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  await mkdir(base, { recursive: true, mode: 0o700 });
  // Whoever else made it first could put files of their own in the place of ours.
  const { uid, mode } = await lstat(base);
  const own = process.geteuid?.();
  if (own !== undefined && (uid !== own || (mode & 0o022) !== 0))
    throw new Error(`${base} is for the files of steps, and must be a folder that we alone may alter`);
  if (!tidied.has(base)) {
    tidied.add(base);
    await removeLeftovers(base);
  }
  const folder = path.join(base, `${nameOf(process.pid)}-${randomUUID()}`);
  await mkdir(folder, { mode: 0o700 });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const [, owner, pid] = /^((\d+)-\d+)-/.exec(name) ?? [];
    if (owner === undefined || (isThere(Number(pid)) && nameOf(Number(pid)) === owner)) continue;
    await rm(path.join(base, name), { recursive: true, force: true });
  }
}

/** A process by its id and when it began: after a restart of its machine or container, another may have that id. */
function nameOf(pid: number): string {
  return `${pid}-${beginOf(pid)}`;
}

/** When a process began, in ticks since its machine did; 0 where nothing tells. Source: proc(5), field 22 of `stat`. */
function beginOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold blanks and parentheses itself; the field behind it is the third.
    return stat.slice(stat.lastIndexOf(") ") + 2).split(" ")[19] ?? "0";
  } catch {
    return "0";
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Each user of a machine has one of its own. */
function defaultBase(): string {
  const uid = process.geteuid?.() ?? 0;
  return path.join(os.tmpdir(), uid === 0 ? "caudal-steps" : `caudal-steps-${uid}`);
}

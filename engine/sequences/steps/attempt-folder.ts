import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

/** Folders of processes that are gone are looked for once in the life of this one. */
const tidied = new Set<string>();

/** A folder of its own for an attempt at a step, in `base`; `remove` takes it away with all that is in it. */
export async function attemptFolder(
  base: string = defaultBase(),
): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  await mkdir(base, { recursive: true, mode: 0o700 });
  if (!tidied.has(base)) {
    tidied.add(base);
    await removeLeftovers(base);
  }
  const folder = path.join(base, `${process.pid}-${randomUUID()}`);
  await mkdir(folder, { mode: 0o700 });
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Takes away what processes left that were killed. */
async function removeLeftovers(base: string): Promise<void> {
  for (const name of await readdir(base)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1]);
    if (!Number.isInteger(pid) || pid === process.pid || isThere(pid)) continue;
    await rm(path.join(base, name), { recursive: true, force: true });
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

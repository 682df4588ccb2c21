import { existsSync, chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { commandLine, isRunning } from "./stray.ts";

/** Another stack runs on this data folder. */
export class DataFolderTakenError extends Error {
  override name = "DataFolderTakenError";
  constructor(folder: string, pid: number) {
    super(`another stack (process ${pid}) runs on ${folder}; stop it, or choose another folder with --data`);
  }
}

/** A data folder that is ours until `release`. */
export interface DataLock {
  /** Writes down the processes that run, so that a later start can end what a crash left. */
  remember(pids: number[]): void;
  release(): void;
}

/**
 * Takes a data folder. One left by a stack that crashed is taken over once that stack's processes are gone:
 * they notice by themselves; what still runs after 5 s is killed. Throws DataFolderTakenError when the
 * folder's owner runs.
 */
export async function lockDataFolder(folder: string): Promise<DataLock> {
  mkdirSync(folder, { recursive: true });
  // What uploaded jobs run as is a user of this machine, too, and all that the app knows lies here.
  chmodSync(folder, 0o700);
  const lockFile = path.join(folder, "stack.lock");
  const processFile = path.join(folder, "processes.json");
  take(folder, lockFile);
  if (existsSync(processFile))
    await awaitGone(JSON.parse(readFileSync(processFile, "utf8")) as number[], folder);
  return {
    remember(pids) {
      writeFileSync(`${processFile}.new`, JSON.stringify(pids));
      renameSync(`${processFile}.new`, processFile);
    },
    release() {
      rmSync(processFile, { force: true });
      rmSync(lockFile, { force: true });
    },
  };
}

function take(folder: string, lockFile: string): void {
  const mine = JSON.stringify({ pid: process.pid, startedAt: startTime(process.pid) });
  for (let attempt = 0; ; attempt++) {
    try {
      writeFileSync(lockFile, mine, { flag: "wx" });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || attempt === 3) throw error;
    }
    const owner = ownerOf(lockFile);
    if (owner !== undefined && isRunning(owner.pid) && startTime(owner.pid) === owner.startedAt) {
      throw new DataFolderTakenError(folder, owner.pid);
    }
    rmSync(lockFile, { force: true });
  }
}

function ownerOf(lockFile: string): { pid: number; startedAt: string } | undefined {
  try {
    return JSON.parse(readFileSync(lockFile, "utf8")) as { pid: number; startedAt: string };
  } catch {
    // Gone meanwhile, or cut short by a crash: nobody's.
    return undefined;
  }
}

/** When a process started, in ticks since the machine did: tells it from a later one with the same number. */
function startTime(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

async function awaitGone(pids: number[], folder: string): Promise<void> {
  const ours = (pid: number): boolean => (commandLine(pid) ?? "").includes(folder);
  for (let waited = 0; waited < 5000 && pids.some(ours); waited += 50) await sleep(50);
  for (const pid of pids.filter(ours)) process.kill(pid, "SIGKILL");
}

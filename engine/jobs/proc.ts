import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** What /proc says of a process that is alive. */
export interface ProcessFacts {
  readonly pid: number;
  /** It computes, or waits for a processor. */
  readonly running: boolean;
  readonly parent: number;
  readonly group: number;
  readonly session: number;
}

/** Ids of all processes, zombies among them; none where there is no /proc. */
export function processIds(): number[] {
  return names("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** Whose a process is, by its effective user; undefined when it is gone. */
export function ownerOf(pid: number): number | undefined {
  return quietly(() => statSync(`/proc/${pid}`).uid);
}

/** Undefined when it is gone, or a zombie: that runs no more, and waits for a parent that may never ask for it. */
export function factsOf(pid: number): ProcessFacts | undefined {
  const stat = read(pid, "stat");
  // The name, in parentheses, may hold parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(") ") + 2).split(" ");
  const [state = "", parent, group, session] = fields;
  if (state === "" || "ZX".includes(state)) return undefined;
  return {
    pid,
    running: state === "R",
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
  };
}

/** Whether a process began with a variable, as `NAME=value`, of which this is the beginning. */
export function hasVariable(pid: number, beginning: string): boolean {
  return `\0${read(pid, "environ")}`.includes(`\0${beginning}`);
}

/** Bytes of memory that processes have: quick to tell, and pages that many share count for each of them. */
export function residentBytesOf(pids: readonly number[]): number {
  return pids.reduce((total, pid) => total + kibibytes(read(pid, "status"), "VmRSS") * 1024, 0);
}

/**
 * Bytes of memory that processes have, each page once. The kernel counts them page by page, and only where no process is
 * altering its map: one that forks and gets no processor can make that long.
 */
export async function memoryBytesOf(pids: readonly number[]): Promise<number> {
  let total = 0;
  for (const pid of pids) {
    const maps = await readFile(`/proc/${pid}/smaps_rollup`, "latin1").catch(() => "");
    total += kibibytes(maps, "Pss") * 1024;
  }
  return total;
}

function kibibytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(text)?.[1] ?? 0);
}

/** Bytes of files that processes hold open and that have no name any more, in memory or on disk. */
export function namelessBytesOf(pids: readonly number[]): number {
  const files = new Map<string, number>();
  for (const pid of pids) {
    for (const fd of names(`/proc/${pid}/fd`)) {
      const file = `/proc/${pid}/fd/${fd}`;
      const stats = quietly(() => (readlinkSync(file).startsWith("/") ? statSync(file) : undefined));
      if (stats?.isFile() && stats.nlink === 0) files.set(`${stats.dev}:${stats.ino}`, stats.blocks * 512);
    }
  }
  return [...files.values()].reduce((total, bytes) => total + bytes, 0);
}

function read(pid: number, file: string): string {
  return quietly(() => readFileSync(`/proc/${pid}/${file}`, "latin1")) ?? "";
}

function names(folder: string): string[] {
  return quietly(() => readdirSync(folder)) ?? [];
}

/** Processes end while one looks at them: what cannot be read is not there. */
function quietly<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

import { existsSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Whether the process runs (a zombie that waits for its parent does not). */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  const stat = `/proc/${pid}/stat`;
  try {
    return !existsSync("/proc/self/stat") || !/\) Z /.test(readFileSync(stat, "latin1"));
  } catch {
    return false;
  }
}

/**
 * The command line of a process, or undefined where it does not run. Without /proc (not on Linux) an empty
 * text: the process cannot be told from another that got its number.
 */
export function commandLine(pid: number): string | undefined {
  if (!isRunning(pid)) return undefined;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/**
 * Ends the process whose number stands in `pidFile`, if it is the one we left: its command line must contain
 * `mark`. SIGTERM, and SIGKILL after 5 s. Does nothing where there is no such file or process.
 */
export async function endStrayProcess(pidFile: string, mark: string): Promise<void> {
  const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8").trim()) : Number.NaN;
  if (!Number.isInteger(pid) || pid <= 1) return;
  if (!(commandLine(pid) ?? "").includes(mark)) return;
  process.kill(pid, "SIGTERM");
  for (let waited = 0; isRunning(pid); waited += 50) {
    if (waited === 5000) process.kill(pid, "SIGKILL");
    await sleep(50);
  }
}

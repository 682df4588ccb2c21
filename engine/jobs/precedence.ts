import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import os from "node:os";
import { factsOf } from "./proc.ts";

const { PRIORITY_LOW, PRIORITY_NORMAL } = os.constants.priority;
/** How far a job stands behind what is not a job's: it gets a third of a processor where both want one. */
export const JOB_NICE = 5;
/** Processes at work from which on a job is no longer one that computes, but one that multiplies. */
const CROWD = 16;

/**
 * Puts this process before all that jobs do: one of a hundred processes that compute would leave it no time to end them.
 * What it starts begins as usual. Where it may not (a container's root without that right), it goes on as it is.
 */
export function goFirst(): void {
  spawnSync("chrt", ["--reset-on-fork", "--rr", "--pid", "1", String(process.pid)], { stdio: "ignore" });
}

/** Puts a job's processes behind what is not a job's: a crowd at work as far as that goes. */
export function giveWay(pids: readonly number[]): void {
  const atWork = pids.filter((pid) => factsOf(pid)?.running);
  setNice(pids, atWork.length > CROWD ? PRIORITY_LOW : JOB_NICE);
}

/** Lets processes that were killed come to their end: that takes a moment of a processor. */
export function hurry(pids: readonly number[]): void {
  setNice(pids, PRIORITY_NORMAL);
}

function setNice(pids: readonly number[], nice: number): void {
  for (const pid of pids) {
    try {
      // Linux may share its processors among sessions first, and heed niceness only within one.
      writeFileSync(`/proc/${pid}/autogroup`, String(nice));
    } catch {
      // It is over, or this kernel shares among processes.
    }
    try {
      os.setPriority(pid, nice);
    } catch {
      // It is over, or we may not.
    }
  }
}

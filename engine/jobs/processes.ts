import { spawnSync } from "node:child_process";
import { factsOf, hasVariable, ownerOf, type ProcessFacts, processIds } from "./proc.ts";
import { JobNotStartedError } from "./job-not-started-error.ts";

/** The status of a sweep that came to its end. */
const SWEPT = 42;

/** All processes of a job, whatever they did to leave it. */
export interface JobProcesses {
  /** Ids of those that are alive. */
  alive(): number[];
  /** Kills all: true when none can have been born meanwhile. */
  kill(): boolean;
}

/**
 * All processes of a user that runs nothing but a job: the one thing that a process cannot leave. Throws
 * JobNotStartedError when it may not act as that user.
 */
export function processesOfUser(uid: number): JobProcesses {
  if (uid < 1_000_000_000) throw new RangeError(`user ${uid} is no job's`);
  const alive = (): number[] => processIds().filter((pid) => ownerOf(pid) === uid && factsOf(pid));
  return {
    alive,
    kill() {
      // As that user, one call kills all that it has in one step of the kernel, and forks under way do not come about.
      const sweep = spawnSync("/bin/sh", ["-c", `kill -KILL -1 2>&-; exit ${SWEPT}`], {
        uid,
        gid: uid,
        cwd: "/",
        env: {},
        stdio: "ignore",
      });
      if (sweep.error) {
        throw new JobNotStartedError(`nothing can run as user ${uid} here: ${sweep.error.message}`);
      }
      if (sweep.status === SWEPT) return true;
      // Processes of the job killed it before it came to that: root, whom they cannot kill, ends them one by one.
      for (const pid of alive()) end(pid, "SIGKILL");
      return false;
    },
  };
}

/**
 * Processes of a job that runs as we do: the group and session of its first process, its descendants, and those that
 * began with its HOME. Without /proc (a Mac) the group alone.
 */
export function processesInGroup(group: number | undefined, home: string): JobProcesses {
  const alive = (): number[] => {
    const all = processIds();
    if (all.length === 0) return group !== undefined && end(-group, 0) ? [-group] : [];
    const own = process.geteuid?.();
    const mine = all
      .filter((pid) => pid !== process.pid && ownerOf(pid) === own)
      .flatMap((pid) => factsOf(pid) ?? []);
    const found = new Set<number>();
    const isFound = ({ pid, parent, group: its, session }: ProcessFacts): boolean =>
      its === group || session === group || found.has(parent) || hasVariable(pid, `HOME=${home}`);
    // Descendants come to light one generation a round.
    for (let before = -1; found.size > before;) {
      before = found.size;
      for (const facts of mine) if (!found.has(facts.pid) && isFound(facts)) found.add(facts.pid);
    }
    return [...found];
  };
  return {
    alive,
    kill() {
      const found = alive();
      for (const pid of found) end(pid, "SIGKILL");
      return found.length === 0;
    },
  };
}

/** Sends a signal; false where nothing is left that could take it. */
export function end(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // Gone since it was seen.
    return false;
  }
}

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { chownSync, closeSync, constants, openSync, unlinkSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import path from "node:path";
import { JobNotStartedError } from "./job-not-started-error.ts";
import type { WardenJob } from "./order.ts";
import { JOB_NICE } from "./precedence.ts";
import { ownerOf, processIds } from "./proc.ts";
import { JOB_PATH, programFile } from "./program.ts";

/** A job's first process. */
export interface JobProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything that the job prints, on either stream: it ends when nobody is left who could print. */
  readonly output: Socket;
}

/**
 * Starts a job's first process in its folder, in a session of its own; with a `uid`, as that user, under limits that it
 * cannot raise and without a way to other rights. Throws JobNotStartedError.
 */
export async function startJob(
  { command, env, limits }: WardenJob,
  folder: string,
  fileBytes: number,
  uid: number | null,
): Promise<JobProcess> {
  const [program, ...args] = command;
  const named = program === "node" ? undefined : programFile(program, uid !== null);
  // The file of Node may lie where a job's user cannot come: it gets it open.
  const node = named === undefined && uid !== null ? openSync(process.execPath, "r") : undefined;
  const file = named ?? (node === undefined ? process.execPath : "/proc/self/fd/3");
  const [first = file, ...rest] =
    uid === null
      ? [file, ...args]
      : [...boundsOf(limits.memoryBytes, fileBytes, zombiesOf(uid)), file, ...args];
  const pipe = openPipe(folder, uid);
  try {
    const child = spawn(first, rest, {
      cwd: folder,
      env: { ...env, PATH: JOB_PATH, HOME: folder, TMPDIR: folder, LANG: "C.UTF-8" },
      stdio: ["ignore", pipe.write, pipe.write, ...(node === undefined ? [] : [node])],
      detached: true,
      ...(uid === null ? {} : { uid, gid: uid }),
    });
    await once(child, "spawn");
    const pid = Number(child.pid);
    preferToEnd(pid);
    return { pid, child, output: pipe.read };
  } catch (error) {
    pipe.read.destroy();
    throw new JobNotStartedError(`${program} could not be started: ${(error as Error).message}`);
  } finally {
    closeSync(pipe.write);
    if (node !== undefined) closeSync(node);
  }
}

/** Node's own pipes are sockets, and /dev/stderr cannot be opened where it is one. A named pipe is one, and has an owner. */
function openPipe(folder: string, uid: number | null): { read: Socket; write: number } {
  const file = path.join(folder, randomUUID());
  execFileSync("mkfifo", ["-m", "600", file]);
  if (uid !== null) chownSync(file, uid, uid);
  const read = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  const write = openSync(file, "w");
  unlinkSync(file);
  return { read: new Socket({ fd: read, readable: true, writable: false }), write };
}

/**
 * What a process of a job may use by itself. Its memory is watched in sum; this is for what grows faster than one looks,
 * with 1 GiB more, since Node reserves 600 MiB that it never touches.
 */
function boundsOf(memoryBytes: number, fileBytes: number, zombies: number): string[] {
  const limits = {
    nproc: 128 + zombies,
    nofile: 512,
    core: 0,
    fsize: fileBytes,
    data: memoryBytes + 1024 ** 3,
    msgqueue: 0,
    memlock: 0,
  };
  const bounds = Object.entries(limits).map(([name, most]) => `--${name}=${most}:${most}`);
  return [
    "prlimit",
    ...bounds,
    "setpriv",
    "--no-new-privs",
    "--pdeathsig",
    "KILL",
    "nice",
    "-n",
    String(JOB_NICE),
  ];
}

/**
 * Processes of earlier jobs that nobody asked for yet: they count like living ones, and in a container whose first process
 * does not care for orphans they stay.
 */
function zombiesOf(uid: number): number {
  return processIds().filter((pid) => ownerOf(pid) === uid).length;
}

/** Where the machine runs out of memory, the kernel ends a job first. */
function preferToEnd(pid: number): void {
  if (process.platform !== "linux") return;
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  } catch (error) {
    // A job may be over before this; what is left of it until it is asked for is root's.
    if (!["ENOENT", "ESRCH", "EACCES"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { accountUser } from "../../engine/jobs/account-user.ts";
import { openJobRunner } from "../../engine/jobs/local-runner.ts";
import type { JobEnd, JobLimits } from "../../engine/jobs/runner.ts";

/** Where jobs can be kept apart: what is skipped elsewhere says so by its name. */
export const isRoot = process.platform === "linux" && process.geteuid?.() === 0;
export const modes: readonly ("isolated" | "trusted")[] = isRoot ? ["isolated", "trusted"] : ["trusted"];

/** A runner whose jobs' folders lie in a folder of the test. */
export interface JobDesk extends AsyncDisposable {
  readonly folder: string;
  /** Of this desk alone: tests beside it would end each other's jobs. */
  readonly account: string;
  /** What was logged as warning or error. */
  readonly logged: string[];
  /** Runs a job of that account (default: the desk's): 20 seconds, 256 MiB, 1 MiB of output unless it says otherwise. */
  run(command: readonly [string, ...string[]], change?: JobChange): Promise<JobEnd>;
  /** A script by its text, as a file. */
  script(program: "node" | "python3" | "bash" | "sh", text: string, change?: JobChange): Promise<JobEnd>;
}

interface JobChange {
  readonly account?: string;
  readonly env?: Record<string, string>;
  readonly files?: Record<string, string>;
  readonly limits?: Partial<JobLimits>;
  readonly signal?: AbortSignal;
  /** By path in the job's folder: a file of this machine. */
  readonly bring?: Record<string, string>;
  readonly keep?: Record<string, string>;
  readonly hear?: (output: string) => void;
}

const FILES = { node: "job.mjs", python3: "job.py", bash: "job.sh", sh: "job.sh" };

export async function jobDesk(
  mode: "isolated" | "trusted",
  options: { readonly folderBytes?: number } = {},
): Promise<JobDesk> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-job-test-"));
  await chmod(folder, 0o711);
  const account = path.basename(folder);
  const logged: string[] = [];
  const runner = openJobRunner({
    mode,
    folder,
    ...options,
    log: (level, message) => void (level === "warn" || level === "error" ? logged.push(message) : undefined),
  });
  const run: JobDesk["run"] = (command, change = {}) =>
    runner.run(
      {
        account: change.account ?? account,
        command,
        files: new Map(Object.entries(change.files ?? {}).map(([name, text]) => [name, Buffer.from(text)])),
        env: change.env ?? {},
        ...(change.bring && { bring: new Map(Object.entries(change.bring)) }),
        ...(change.keep && { keep: new Map(Object.entries(change.keep)) }),
        limits: { timeMs: 20_000, memoryBytes: 256 * 1024 ** 2, outputBytes: 1024 ** 2, ...change.limits },
      },
      change.signal ?? new AbortController().signal,
      change.hear,
    );
  return {
    folder,
    account,
    logged,
    run,
    script: (program, text, change = {}) =>
      run([program, FILES[program]], { ...change, files: { ...change.files, [FILES[program]]: text } }),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Ids of the processes of an account's user that are alive. */
export async function processesOf(account: string): Promise<string[]> {
  const { uid } = accountUser(account);
  return processesWhere((status) => new RegExp(`^Uid:\\s+${uid}\\b`, "m").test(status));
}

/** Ids of the living processes that have a word in their command line. */
export async function processesWith(word: string): Promise<string[]> {
  return processesWhere((_, command) => command.split("\0").includes(word));
}

async function processesWhere(isOne: (status: string, command: string) => boolean): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    const [status, command] = await Promise.all(
      ["status", "cmdline"].map((file) => readFile(`/proc/${pid}/${file}`, "utf8").catch(() => "")),
    );
    if (!/^State:\s+[ZX]/m.test(status ?? "") && isOne(status ?? "", command ?? "")) found.push(pid);
  }
  return found;
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Log } from "../ports.ts";
import { accountUser } from "./account-user.ts";
import { JobNotStartedError } from "./job-not-started-error.ts";
import type { WardenAnswer, WardenOrder } from "./order.ts";
import type { Job, JobEnd, JobRunner } from "./runner.ts";

/** Bytes of files that a job may have. */
const FOLDER_BYTES = 512 * 1024 ** 2;
/** How long a warden may take beyond its job's time: to end it, and tidy up. */
const BEYOND_MS = 60_000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;
/** An answer has 64 KiB of output, each byte of it at most six characters of JSON. */
const ANSWER_BYTES = 1024 ** 2;
/** Where a warden finds `prlimit`, `setpriv`, `nice`, `mkfifo`, `rm`. */
const WARDEN_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What jobs are run with on this machine. */
export interface LocalRunnerOptions {
  /** `isolated`: each account as a user of its own, which root can do; `trusted`: as the user of this process. */
  readonly mode: "isolated" | "trusted";
  /** Where jobs' folders are made; all above it must be open to a job's user. Default: `caudal-jobs` of the temporary folder. */
  readonly folder?: string;
  /** Bytes of files that a job may have; default 512 MiB. */
  readonly folderBytes?: number;
  readonly log: Log;
  /** The warden's program; default: the one beside this module. */
  readonly wardenFile?: string;
}

/**
 * Runs jobs on this machine, each under a warden (warden.ts): a process that ends the job with all that it started when
 * it must, and also when this process goes, however it goes.
 */
export function openJobRunner(options: LocalRunnerOptions): JobRunner {
  const { mode, folder = defaultFolder(), folderBytes = FOLDER_BYTES, log } = options;
  const wardenFile = options.wardenFile ?? besideThis();
  const isolated = mode === "isolated";
  return {
    async run(job, signal) {
      if (signal.aborted) return { ...CANCELLED, output: "", durationMs: 0 };
      const { uid, tag } = accountUser(job.account);
      const order = { uid: isolated ? uid : null, tag, folder, folderBytes };
      const began = performance.now();
      const answer = await askWarden(wardenFile, { ...order, job: wireOf(job) }, signal);
      if ("refused" in answer) throw new JobNotStartedError(answer.refused);
      if ("end" in answer && answer.end) return answer.end;
      // Killed, by hand or for want of memory: another one ends what it left.
      const died = "died" in answer ? answer.died : "its warden did not say how it ended";
      log("error", "the warden of a job died", { account: job.account, died });
      await askWarden(wardenFile, { ...order, job: null }, AbortSignal.timeout(BEYOND_MS));
      const durationMs = Math.round(performance.now() - began);
      return { how: "exited", exitCode: null, reason: died, output: "", durationMs };
    },
  };
}

const CANCELLED = {
  how: "cancelled",
  exitCode: null,
  reason: "it was cancelled",
} as const satisfies Partial<JobEnd>;

function wireOf({ command, env, limits, files }: Job): WardenOrder["job"] {
  const entries = [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")] as const);
  return { command, env, limits, files: Object.fromEntries(entries) };
}

/** Starts a warden and waits for its answer; an abort asks it to end its job. Rejects when none can be started. */
async function askWarden(
  file: string,
  order: WardenOrder,
  signal: AbortSignal,
): Promise<WardenAnswer | { readonly died: string }> {
  const warden = spawn(process.execPath, [file], {
    cwd: "/",
    env: { PATH: WARDEN_PATH },
    stdio: ["pipe", "pipe", "pipe"],
    // A Ctrl-C is for the host: the warden goes when that does.
    detached: true,
  });
  await once(warden, "spawn").catch((error: unknown) => {
    throw new JobNotStartedError(`no warden could be started: ${(error as Error).message}`);
  });
  const cancel = (): void => void warden.stdin.end();
  signal.addEventListener("abort", cancel);
  const timeMs = (order.job?.limits.timeMs ?? 0) + BEYOND_MS;
  const timer = setTimeout(() => warden.kill("SIGKILL"), Math.min(timeMs, LONGEST_TIMER_MS));
  try {
    // Where it is gone already, its end says why.
    warden.stdin.on("error", () => undefined);
    warden.stdin.write(`${JSON.stringify(order)}\n`);
    if (signal.aborted) cancel();
    const said = collect(warden.stdout, ANSWER_BYTES);
    const trouble = collect(warden.stderr, 4096);
    const [code, killedBy] = (await once(warden, "close")) as [number | null, NodeJS.Signals | null];
    const line = said();
    if (code === 0 && line.endsWith("\n")) return JSON.parse(line) as WardenAnswer;
    return { died: `its warden ended with ${killedBy ?? code}: ${trouble().trim()}`.replace(/: $/, "") };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", cancel);
    end(warden);
  }
}

/** Where waiting for it failed, it is not left alone. */
function end(warden: ChildProcess): void {
  if (warden.exitCode === null && warden.signalCode === null) warden.kill("SIGKILL");
}

/** Reads a stream to its end, and keeps its first bytes. */
function collect(stream: NodeJS.ReadableStream, most: number): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on("data", (chunk: Buffer) => {
    if (bytes < most) chunks.push(chunk);
    bytes += chunk.length;
  });
  return () => Buffer.concat(chunks).toString();
}

/** Beside the source stands the warden's source, beside the built app its built one. */
function besideThis(): string {
  const name = import.meta.url.endsWith(".ts") ? "./warden.ts" : "./warden.js";
  return fileURLToPath(new URL(name, import.meta.url));
}

/** Each user of a machine has one of its own. */
function defaultFolder(): string {
  const uid = process.geteuid?.() ?? 0;
  return path.join(os.tmpdir(), uid === 0 ? "caudal-jobs" : `caudal-jobs-${uid}`);
}

import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Log } from "../ports.ts";
import { accountUser } from "./account-user.ts";
import { askWarden, BEYOND_MS } from "./ask-warden.ts";
import { JobNotStartedError } from "./job-not-started-error.ts";
import type { WardenJob } from "./order.ts";
import type { Job, JobEnd, JobRunner } from "./runner.ts";

/** Bytes of files that a job may have. */
const FOLDER_BYTES = 512 * 1024 ** 2;

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
    async run(job, signal, hear) {
      if (signal.aborted) return { ...CANCELLED, output: "", durationMs: 0 };
      const { uid, tag } = accountUser(job.account);
      const order = { uid: isolated ? uid : null, tag, folder, folderBytes, hear: hear !== undefined };
      const began = performance.now();
      const answer = await askWarden(
        wardenFile,
        { ...order, job: wireOf(job) },
        signal,
        hear && heard(hear, log),
      );
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

function wireOf({ command, env, limits, files, bring, keep }: Job): WardenJob {
  const entries = [...files].map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64")] as const);
  return {
    command,
    env,
    limits,
    files: Object.fromEntries(entries),
    bring: absolute(bring),
    keep: absolute(keep),
  };
}

/** A warden has another working directory. */
function absolute(files: Job["bring"] = new Map<string, string>()): Record<string, string> {
  return Object.fromEntries([...files].map(([place, file]) => [place, path.resolve(file)]));
}

/** What goes wrong in whoever listens is logged, and no matter of the job. */
function heard(hear: (output: string) => void, log: Log): (output: string) => void {
  return (output) => {
    try {
      hear(output);
    } catch (error) {
      log("error", "the output of a job could not be told", { error: String(error) });
    }
  };
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

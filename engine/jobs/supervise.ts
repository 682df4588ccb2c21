import { setTimeout as wait } from "node:timers/promises";
import { endAll } from "./end-all.ts";
import { foldersUnder, makeJobFolder, openBase, removeAll, removeTraces } from "./job-folder.ts";
import { type JobProcess, startJob } from "./job-process.ts";
import type { WardenJob, WardenOrder } from "./order.ts";
import { keepFiles, checkTargets } from "./keep-files.ts";
import { Output } from "./output.ts";
import { end, type JobProcesses, processesInGroup, processesOfUser } from "./processes.ts";
import { goFirst } from "./precedence.ts";
import type { JobEnd } from "./runner.ts";
import { tellOutput } from "./tell-output.ts";
import { watchUse } from "./watch-use.ts";
import { inWords } from "./in-words.ts";

/** How long a job may tidy up after SIGTERM. */
const GRACE_MS = 2000;
/** How long the end of the output may come after the last process: it is in the pipe by then. */
const LAST_WORDS_MS = 1000;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** How a job came to its end. */
export type Stop = Pick<JobEnd, "how" | "exitCode" | "reason">;

/**
 * Runs a job from before its first process to after its last: what an earlier warden of the account left is ended and
 * removed first, and all of this one's last. `tell` gets what it printed so far (tell-output.ts). Null where there is no
 * job in the order. Throws JobNotStartedError.
 */
export async function supervise(
  order: WardenOrder,
  cancelled: AbortSignal,
  tell: (soFar: string) => boolean,
): Promise<JobEnd | null> {
  const { uid, job } = order;
  const base = await openBase(order.folder, uid !== null);
  const prefix = `${base}/${order.tag}-`;
  const found = (group?: number): JobProcesses =>
    uid === null ? processesInGroup(group, prefix) : processesOfUser(uid);
  const tidy = async (group?: number): Promise<void> => {
    await endAll(found(group));
    await removeAll(await foldersUnder(base, `${order.tag}-`));
    if (uid !== null) await removeTraces(uid);
  };
  if (uid !== null) goFirst();
  await tidy();
  if (!job) return null;
  try {
    await checkTargets(job.keep);
    const folder = await makeJobFolder(prefix, job, order, cancelled);
    if (cancelled.aborted) return { ...CANCELLED, output: "", durationMs: 0 };
    const began = performance.now();
    const started = await startJob(job, folder, order.folderBytes, uid);
    const processes = found(started.pid);
    const output = new Output();
    const stop = await stopOf({ started, processes, output, folder, order, job, cancelled, tell });
    const durationMs = Math.round(performance.now() - began);
    return { ...stop, ...(await keptOf(stop, folder, order)), output: output.text(), durationMs };
  } finally {
    await tidy();
  }
}

const CANCELLED: Stop = { how: "cancelled", exitCode: null, reason: "it was cancelled" };

/** Takes what is to be kept, once nobody of the job is left: of one that did what it had to. */
async function keptOf(
  { how, exitCode }: Stop,
  folder: string,
  { uid, folderBytes, job }: WardenOrder,
): Promise<Pick<JobEnd, "kept" | "reason">> {
  if (!job || Object.keys(job.keep).length === 0) return {};
  if (how !== "exited" || exitCode !== 0) return { kept: [] };
  return keepFiles(job.keep, { folder, uid: uid ?? Number(process.geteuid?.()), folderBytes });
}

interface Running {
  readonly started: JobProcess;
  readonly processes: JobProcesses;
  readonly output: Output;
  readonly folder: string;
  readonly order: WardenOrder;
  readonly job: WardenJob;
  readonly cancelled: AbortSignal;
  readonly tell: (soFar: string) => boolean;
}

/** Waits until the job stops, or ends it when it has to, and with it all that it started; what it printed is in by then. */
async function stopOf(running: Running): Promise<Stop> {
  const { started, processes, output, order, job, cancelled, tell } = running;
  const { child } = started;
  const first = Promise.withResolvers<Stop>();
  const urgent = Promise.withResolvers<void>();
  const over = new AbortController();
  const hasToEnd = (how: JobEnd["how"], reason: string): void => {
    first.resolve({ how, exitCode: null, reason });
    if (how === "out-of-memory" || how === "too-much-output") urgent.resolve();
  };
  const exited = new Promise<void>((resolve) => {
    child.once("exit", (exitCode, signal) => {
      first.resolve({ how: "exited", exitCode, ...(signal ? { reason: `it was ended by ${signal}` } : {}) });
      urgent.resolve();
      resolve();
    });
  });
  const printed = new Promise<void>((resolve) => started.output.once("close", () => resolve()));
  started.output.on("data", (chunk: Buffer) => {
    output.take(chunk);
    if (output.bytes > job.limits.outputBytes) {
      hasToEnd("too-much-output", `it printed more than ${inWords.bytes(job.limits.outputBytes)}`);
    }
  });
  started.output.on("error", (error) => first.reject(error));
  const timer = setTimeout(
    () => hasToEnd("timed-out", `it ran longer than ${inWords.time(job.limits.timeMs)}`),
    Math.min(job.limits.timeMs, LONGEST_TIMER_MS),
  );
  const cancel = (): void => first.resolve(CANCELLED);
  cancelled.addEventListener("abort", cancel);
  if (cancelled.aborted) cancel();
  const watching = watchUse(running, hasToEnd, over.signal).catch((error: unknown) => first.reject(error));
  const telling = order.hear ? tellOutput(output, tell, over.signal) : undefined;
  try {
    const stop = await first.promise;
    if (stop.how === "timed-out" || stop.how === "cancelled") {
      for (const pid of processes.alive()) end(pid, "SIGTERM");
      await Promise.race([urgent.promise, wait(GRACE_MS, undefined, { signal: over.signal })]);
    }
    return stop;
  } finally {
    clearTimeout(timer);
    over.abort();
    cancelled.removeEventListener("abort", cancel);
    child.kill("SIGKILL");
    await endAll(processes);
    await Promise.all([exited, watching, telling]);
    await Promise.race([printed, wait(LAST_WORDS_MS, undefined, { ref: false })]);
    started.output.destroy();
  }
}

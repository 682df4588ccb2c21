import { writeFile } from "node:fs/promises";
import path from "node:path";
import { PermanentError } from "../../errors/permanent-error.ts";
import { inWords } from "../../jobs/in-words.ts";
import { JobNotStartedError } from "../../jobs/job-not-started-error.ts";
import type { Job, JobEnd } from "../../jobs/runner.ts";
import type { CommandModule } from "../book.ts";
import type { StepOrder } from "../step.ts";
import { fileBelow, type Input } from "./bring-input.ts";
import { type Conf, confOf } from "./conf-of.ts";
import type { Done } from "./done.ts";
import type { Place } from "./places.ts";
import type { StepWork } from "./step-work.ts";

const LIMITS = { memoryBytes: 512 * 1024 ** 2, outputBytes: 64 * 1024 ** 2 };

/** A step that is ready to be done: its input is there, and its output has a place. */
export interface ReadyStep {
  readonly order: StepOrder;
  /** For files of its own. */
  readonly folder: string;
  readonly input: Input | undefined;
  readonly output: { readonly place: Place; readonly file: string } | undefined;
  /** What is left of the step's `timeout`. */
  readonly timeMs: number;
}

/** Why a step failed whose time is over, whatever its input took of it. */
export function tookTooLong({ timeout }: Pick<StepOrder["step"], "timeout">): string {
  return `it ran longer than ${inWords.time(timeout * 1000)}`;
}

/** Runs a step whose module is a command, apart from the app. Throws a PermanentError where it cannot be run at all. */
export async function doCommand(
  { book, jobs, limits = LIMITS }: Pick<StepWork, "book" | "jobs" | "limits">,
  module: CommandModule,
  ready: ReadyStep,
  signal: AbortSignal,
  hear: (log: string) => void,
): Promise<Done> {
  const { order, folder, input, output, timeMs } = ready;
  const { step } = order;
  const conf = confOf(step, book);
  const bring = bringing(module.files, input, conf && { ...conf, file: await fileOf(conf, folder) });
  const keep = output?.place.inFolder;
  if (keep !== undefined && bring.has(keep)) {
    throw new PermanentError(`its output would take the place of ./${keep}, which it is given`);
  }
  const job: Job = {
    account: `sequence|${order.run}`,
    command: [
      ...module.command,
      ...(input ? ["--input", `./${input.inFolder}`] : []),
      ...(output ? ["--output", `./${output.place.inFolder}`] : []),
      ...(conf ? ["--config", `./${conf.name}`] : []),
      ...step.args,
    ],
    files: new Map(),
    bring,
    keep: new Map(output ? [[output.place.inFolder, output.file]] : []),
    env: environmentOf(order, module),
    limits: { ...limits, timeMs },
  };
  try {
    return doneOf(job.command, await jobs.run(job, signal, hear), step);
  } catch (error) {
    if (!(error instanceof JobNotStartedError)) throw error;
    const reason = `it could not be started: ${error.message}`;
    return { how: "failed", retryable: false, reason, command: job.command, exitCode: null, log: "" };
  }
}

/** What is in the step's folder at its start. Throws a PermanentError where one file would take the place of another. */
function bringing(
  files: CommandModule["files"],
  input: Input | undefined,
  conf: { readonly name: string; readonly file: string } | undefined,
): Map<string, string> {
  const bring = new Map(files);
  const add = (what: string, place: string, file: string): void => {
    const there = bring.get(place);
    if (there !== undefined && path.resolve(there) !== path.resolve(file)) {
      throw new PermanentError(`its ${what} would take the place of ./${place}, which it is given`);
    }
    bring.set(place, file);
  };
  if (conf) add("configuration", conf.name, conf.file);
  if (input) add("input", input.inFolder, input.file);
  return bring;
}

/** Where a configuration is on this machine: one that stands in the sequence is written first. */
async function fileOf(conf: Conf, folder: string): Promise<string> {
  if ("file" in conf) return conf.file;
  const file = await fileBelow(path.join(folder, "conf"), conf.name);
  await writeFile(file, conf.text, { flag: "wx", mode: 0o600 });
  return file;
}

/** All that a command sees of us. */
function environmentOf(order: StepOrder, { command }: CommandModule): Record<string, string> {
  const { run, sequence, index, attempt, parameters } = order;
  return {
    CAUDAL_RUN: run,
    CAUDAL_SEQUENCE: sequence,
    CAUDAL_STEP: String(index),
    CAUDAL_ATTEMPT: String(attempt),
    CAUDAL_IDEMPOTENCY_KEY: idempotencyKey(order),
    CAUDAL_PARAMETERS: JSON.stringify(parameters),
    // Else what it printed before it was ended would be in its own buffer still.
    ...(command[0] === "python3" ? { PYTHONUNBUFFERED: "1" } : {}),
  };
}

/** The same for every attempt at a step of a run, and for nothing else. */
export function idempotencyKey({ run, index }: Pick<StepOrder, "run" | "index">): string {
  return `${run}:${index}`;
}

function doneOf(command: readonly string[], end: JobEnd, step: StepOrder["step"]): Done {
  const { how, exitCode, reason, output: log } = end;
  const said = { command, exitCode, log };
  if (how === "cancelled") return { how: "cancelled", reason: reason ?? "it was cancelled", ...said };
  if (how === "timed-out") return { how: "failed", retryable: true, reason: tookTooLong(step), ...said };
  if (how !== "exited" || exitCode !== 0) {
    const exit = exitCode === null ? "a signal ended it" : `it ended with exit code ${exitCode}`;
    return { how: "failed", retryable: true, reason: reason ?? exit, ...said };
  }
  if (step.output !== "" && (end.kept ?? []).length === 0) {
    const why = reason === undefined ? "" : `: ${reason}`;
    return { how: "failed", retryable: false, reason: `it ended with 0 and wrote no output${why}`, ...said };
  }
  return { how: "done", ...said };
}

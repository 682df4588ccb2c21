import path from "node:path";
import { PermanentError } from "../../errors/permanent-error.ts";
import { RetryableError } from "../../errors/retryable-error.ts";
import type { Module } from "../book.ts";
import type { StepEnd, StepOrder, StepRunner } from "../step.ts";
import { attemptFolder } from "./attempt-folder.ts";
import { bringInput, fileBelow } from "./bring-input.ts";
import { doCommand, type ReadyStep, tookTooLong } from "./command-step.ts";
import type { Done } from "./done.ts";
import { doModule } from "./module-step.ts";
import { placeOf } from "./places.ts";
import { stepKey } from "./step-key.ts";
import type { StepWork } from "./step-work.ts";
import { storeOutput } from "./store-output.ts";

/** The wrapper around modules: brings a step's input, runs its module, stores its output. */
export function openStepRunner(work: StepWork): StepRunner {
  return {
    async run(order, signal, hear) {
      const began = performance.now();
      const attempt = await attemptFolder(work.folder);
      try {
        const end = await doStep(work, order, attempt.folder, signal, (log) => hear(work.redact(log)));
        return { ...redacted(work, end), durationMs: Math.round(performance.now() - began) };
      } finally {
        await attempt.remove();
      }
    },
    async keyOf(order) {
      const module = await work.book.module(order.step.module_name);
      return module && stepKey(work, module, order);
    },
  };
}

type Ended = Omit<StepEnd, "durationMs">;

async function doStep(
  work: StepWork,
  order: StepOrder,
  folder: string,
  cancelled: AbortSignal,
  hear: (log: string) => void,
): Promise<Ended> {
  const { step } = order;
  const deadline = performance.now() + step.timeout * 1000;
  const timeout = AbortSignal.timeout(step.timeout * 1000);
  const signal = AbortSignal.any([cancelled, timeout]);
  let done: Done | undefined;
  try {
    const module = await work.book.module(step.module_name);
    if (!module) throw new PermanentError(`there is no module "${step.module_name}"`);
    const input = await bringInput(work, order, path.join(folder, "in"), signal);
    const place = placeOf("output", step.output);
    const output = place && { place, file: await fileBelow(path.join(folder, "out"), place.inFolder) };
    const timeMs = Math.max(1, Math.round(deadline - performance.now()));
    done = await doWork(work, module, { order, folder, input, output, timeMs }, cancelled, hear);
    if (done.how !== "done") return endOf(done);
    if (!output) return succeeded(done);
    return {
      ...succeeded(done),
      artifact: await storeOutput(work, order, output.place, output.file, signal),
    };
  } catch (error) {
    const said = { command: null, exitCode: null, log: "", ...done };
    if (cancelled.aborted) return endOf({ ...said, how: "cancelled", reason: "it was cancelled" });
    if (timeout.aborted) {
      return endOf({ ...said, how: "failed", retryable: true, reason: tookTooLong(step) });
    }
    const isOwn = error instanceof PermanentError || error instanceof RetryableError;
    if (!isOwn) throw error;
    const retryable = error instanceof RetryableError;
    return endOf({ ...said, how: "failed", retryable, reason: error.message });
  }
}

function doWork(
  work: StepWork,
  module: Module,
  ready: ReadyStep,
  cancelled: AbortSignal,
  hear: (log: string) => void,
): Promise<Done> {
  return module.kind === "command"
    ? doCommand(work, module, ready, cancelled, hear)
    : doModule(work.book, module, ready, cancelled, hear);
}

function succeeded({ command, exitCode, log, result }: Done): Ended {
  const more = result === undefined ? {} : { result };
  return { status: "succeeded", retryable: false, command, exitCode, log, ...more };
}

function endOf(done: Exclude<Done, { how: "done" }>): Ended {
  const { command, exitCode, log, reason, how } = done;
  return { status: how, retryable: how === "failed" && done.retryable, reason, command, exitCode, log };
}

function redacted({ redact }: Pick<StepWork, "redact">, end: Ended): Ended {
  return {
    ...end,
    log: redact(end.log),
    command: redact(end.command),
    ...(end.reason === undefined ? {} : { reason: redact(end.reason) }),
    ...(end.result === undefined ? {} : { result: redact(end.result) }),
  };
}

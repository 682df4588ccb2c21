import { lstat } from "node:fs/promises";
import { z } from "zod";
import type { ModuleDefinition, ModuleResult, ModuleRun } from "../../define/module.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import { inWords } from "../../jobs/in-words.ts";
import { Output } from "../../jobs/output.ts";
import type { SequenceBook } from "../book.ts";
import { idempotencyKey, type ReadyStep, tookTooLong } from "./command-step.ts";
import { confOf, textOf } from "./conf-of.ts";
import type { Done } from "./done.ts";

/** How often the log is told while a module is at work. */
const TELL_MS = 1_000;
/** How long a module may take to heed its signal, unless it is said. */
const HEED_MS = 10_000;

/**
 * Does a step whose module is written in TypeScript, in this process. Resolves however it ended; one that does not heed
 * the signal within `heedMs` (default 10 seconds) is left behind.
 */
export async function doModule(
  book: Pick<SequenceBook, "confFile">,
  module: ModuleDefinition,
  ready: ReadyStep,
  cancelled: AbortSignal,
  hear: (log: string) => void,
  heedMs: number = HEED_MS,
): Promise<Done> {
  const { order, input, output, timeMs } = ready;
  const printed = new Output();
  let told = 0;
  let ended = false;
  const log = (line: string): void => {
    // One that was left behind has no step any more.
    if (ended) return;
    printed.take(Buffer.from(`${line}\n`));
    if (performance.now() - told < TELL_MS) return;
    told = performance.now();
    hear(printed.soFar());
  };
  const end = (
    how: { readonly reason: string } & Pick<Done & { how: "failed" }, "how" | "retryable">,
  ): Done => ({
    ...how,
    command: null,
    exitCode: null,
    log: printed.text(),
  });
  const timeout = AbortSignal.timeout(timeMs);
  const signal = AbortSignal.any([cancelled, timeout]);
  try {
    const config = await configOf(book, module, order.step);
    signal.throwIfAborted();
    const run: ModuleRun<unknown> = {
      input: input?.file,
      output: output?.file,
      config,
      parameters: order.parameters,
      idempotencyKey: idempotencyKey(order),
      startedAt: order.startedAt,
      signal,
      log,
    };
    const work = module.run as (run: ModuleRun<unknown>) => Promise<ModuleResult>;
    const result = await heeding(work(run), { signal, heedMs, log });
    if (output && !(await isThere(output.file))) {
      return end({ how: "failed", retryable: false, reason: "it wrote no output" });
    }
    const said = { command: null, exitCode: null, log: printed.text() };
    return { how: "done", ...said, ...(result === undefined ? {} : { result: { ...result } }) };
  } catch (error) {
    if (cancelled.aborted) {
      return {
        how: "cancelled",
        reason: "it was cancelled",
        command: null,
        exitCode: null,
        log: printed.text(),
      };
    }
    if (timeout.aborted) {
      return end({ how: "failed", retryable: true, reason: tookTooLong(order.step) });
    }
    const reason = error instanceof Error ? error.message : String(error);
    return end({ how: "failed", retryable: !(error instanceof PermanentError), reason });
  } finally {
    ended = true;
  }
}

/** Waits for a module, once the signal aborted no longer than that. */
async function heeding<T>(
  work: Promise<T>,
  {
    signal,
    heedMs,
    log,
  }: { readonly signal: AbortSignal; readonly heedMs: number; readonly log: (line: string) => void },
): Promise<T> {
  const late = Promise.withResolvers<never>();
  let timer: NodeJS.Timeout | undefined;
  const leave = (): void => {
    timer = setTimeout(() => {
      log(`it did not heed its signal for ${inWords.time(heedMs)}, and was left behind`);
      late.reject(new Error("it did not heed its signal"));
    }, heedMs);
  };
  signal.addEventListener("abort", leave, { once: true });
  if (signal.aborted) leave();
  try {
    const result = await Promise.race([work, late.promise]);
    signal.throwIfAborted();
    return result;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", leave);
  }
}

async function configOf(
  book: Pick<SequenceBook, "confFile">,
  module: ModuleDefinition,
  step: ReadyStep["order"]["step"],
): Promise<unknown> {
  const conf = confOf(step, book);
  const parsed = module.config.safeParse(conf === undefined ? {} : jsonOf(await textOf(conf), conf.name));
  if (parsed.success) return parsed.data;
  throw new PermanentError(`its configuration does not fit: ${z.prettifyError(parsed.error)}`);
}

function jsonOf(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new PermanentError(`${name} is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/** A file itself: what a link or a folder would lead to is not what the step wrote. */
async function isThere(file: string): Promise<boolean> {
  return lstat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

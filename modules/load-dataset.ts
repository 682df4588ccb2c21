import { createReadStream } from "node:fs";
import { z } from "zod";
import { DELIMITERS } from "../engine/datasets/csv/part.ts";
import { encodingNamed } from "../engine/datasets/file/text/encoding.ts";
import { isTableName } from "../engine/datasets/file/names/table-name.ts";
import type { Loading } from "../engine/datasets/load/loading.ts";
import { measured } from "../engine/datasets/load/measured.ts";
import { readFile } from "../engine/datasets/load/read-file.ts";
import { type LoadRequest, MODES } from "../engine/datasets/load/request.ts";
import { datasetNamed } from "../engine/datasets/load/start-load.ts";
import { endLoad } from "../engine/datasets/load/end-load.ts";
import { defineModule, type ModuleDefinition, type ModuleResult } from "../engine/define/module.ts";
import { CancelledError } from "../engine/errors/cancelled-error.ts";
import { LoadEndedError } from "../engine/errors/load-ended-error.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import { cancelRun } from "../engine/runs/cancel.ts";
import type { Run } from "../engine/runs/run.ts";
import { awaitLoad } from "./dataset-load/await-load.ts";
import { findLoad } from "./dataset-load/find-load.ts";
import { type StepOrigin, stepOriginOf } from "./step-origin.ts";

/** What the module works with. */
export interface DatasetLoading {
  /** What the loads of this host work with. */
  readonly loading: Loading;
}

const config = z
  .strictObject({
    table: z
      .string()
      .refine(isTableName, "must be a name of a table: [a-z][a-z0-9_]{0,63}")
      .describe("The dataset."),
    mode: z.enum(MODES).describe("How the file meets what the dataset has."),
    key: z
      .array(z.string().min(1))
      .min(1)
      .max(16)
      .optional()
      .describe("For upsert: the columns that tell rows apart; default: those of the dataset."),
    delimiter: z.enum(DELIMITERS).optional().describe("Default: found."),
    encoding: z
      .string()
      .refine(isEncoding, "must be utf-8, utf-16le, utf-16be or windows-1252")
      .optional()
      .describe("Default: found."),
    strict: z.boolean().default(false).describe("Fail at the first record that is no row."),
    again: z
      .boolean()
      .default(false)
      .describe("Load the file although the very same one was loaded by an earlier run."),
    owner: z
      .string()
      .min(1)
      .max(200)
      .optional()
      .describe("Whose a new dataset becomes; default: who started the run."),
  })
  .refine(({ mode, key }) => key === undefined || mode === "upsert", {
    path: ["key"],
    error: 'is for "mode": "upsert"',
  });

/**
 * The module `load_dataset`: loads a CSV into a dataset as `POST /etl` does, and waits until its rows are in the
 * table. The load's run follows from the step: done again, it goes on with the load that it began, or finds it done.
 * `everyMs`: how often it looks.
 */
export function loadDataset(services: DatasetLoading, everyMs?: number): ModuleDefinition {
  return defineModule({
    name: "load_dataset",
    config,
    input: "required",
    output: "none",
    async run(step) {
      const { config: asked, input, idempotencyKey, signal } = step;
      if (input === undefined) throw new PermanentError("the step names no input");
      const { loading } = services;
      const { documents } = loading.ports;
      const origin = await stepOriginOf(loading.ports, idempotencyKey);
      const etag = await sha256Of(input, signal);
      const found = await findLoad(loading, idempotencyKey, etag);
      const { run } = found;
      try {
        if (found.found === "in") step.log(`the load ${run} was begun before`);
        else {
          const request =
            found.found === "reading" ? found.load.request : await requestOf(asked, origin, loading);
          step.log(
            `${found.found === "reading" ? "goes on with" : "begins"} the load ${run} into "${request.table}"`,
          );
          await read(loading, { run, request, etag, input, signal, actor: origin.actor });
        }
        let shown = "";
        const progress = ({ progress: { done, total, unit } }: Run): void => {
          const line = `${done} of ${total ?? "?"} ${unit}`;
          if (line !== shown) step.log(line);
          shown = line;
        };
        return resultOf(await awaitLoad(run, { documents, signal, progress, everyMs }));
      } catch (error) {
        if (signal.reason instanceof CancelledError) {
          await cancelRun(loading.ports, run, origin.actor);
          await endLoad(loading, run, { status: "cancelled" });
        }
        throw error;
      }
    },
  });
}

/** Reads the file, which may be read again under the same run: it is the same for each attempt, as its etag says. */
async function read(
  loading: Loading,
  { run, request, etag, input, signal, actor }: ReadingFile,
): Promise<void> {
  // The signal ends the reading of a file that is there in any case; the load then waits for the next attempt.
  const { bytes } = measured(createReadStream(input), signal);
  try {
    await readFile(loading, { run, request, actor, bytes, etag });
  } catch (error) {
    signal.throwIfAborted();
    // One of its parts, an operator or another attempt ended it: its run says how.
    if (!(error instanceof LoadEndedError)) throw error;
  }
}

interface ReadingFile {
  readonly run: string;
  readonly request: LoadRequest;
  readonly etag: string;
  readonly input: string;
  readonly signal: AbortSignal;
  readonly actor: string;
}

async function requestOf(
  { owner, key, delimiter, encoding, ...asked }: z.output<typeof config>,
  origin: StepOrigin,
  { datasets }: Loading,
): Promise<LoadRequest> {
  const dataset = await datasetNamed(datasets, asked.table);
  const keyed = key ?? (asked.mode === "upsert" ? dataset?.key : undefined);
  if (asked.mode === "upsert" && keyed === undefined)
    throw new PermanentError('"key" must name the columns that tell rows apart, for "mode": "upsert"');
  return {
    ...asked,
    file: `${origin.sequence}.csv`,
    ...(keyed === undefined ? {} : { key: keyed }),
    ...(delimiter === undefined ? {} : { delimiter }),
    ...(encoding === undefined ? {} : { encoding }),
    owner: dataset?.owner ?? owner ?? origin.actor,
  };
}

async function sha256Of(file: string, signal: AbortSignal): Promise<string> {
  const source = measured(createReadStream(file), signal);
  for await (const _ of source.bytes) continue;
  return source.sha256();
}

function resultOf({ run, name, result = {} }: Run): ModuleResult {
  const already = result["already"];
  const number = (value: unknown): number => (typeof value === "number" ? value : 0);
  return {
    table: name,
    run,
    rows: number(result["loaded"]),
    rejected: number(result["rejected"]),
    ...(typeof already === "string" ? { already } : {}),
  };
}

function isEncoding(name: string): boolean {
  try {
    encodingNamed(name);
    return true;
  } catch {
    return false;
  }
}

import { z } from "zod";
import { MODULE_NAME } from "../define/module.ts";

/** How sequences and parameters are named. */
export const SEQUENCE_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
const PARAMETER_NAME = /^[a-z][a-z0-9_]{0,63}$/;

const moduleName = z.string().regex(MODULE_NAME);
const path = z.string().max(2_000);

/** One step, as a sequence file has it: four members say what is done with what, the others how. */
const step = z.strictObject({
  module_name: moduleName.describe("The module that does the step's work."),
  input: path
    .default("")
    .describe(
      "What it reads: a path that a step before writes, blob://container/path or http(s)://…; empty: nothing.",
    ),
  output: path
    .default("")
    .describe(
      "What it writes: a path below the run's own folder, blob://container/path or http(s)://…; empty: nothing.",
    ),
  conf: z
    .union([z.string().max(200), z.record(z.string(), z.unknown())])
    .default("")
    .describe("Its configuration: a file beside the sequence, or the configuration itself; empty: none."),
  args: z
    .array(z.string().max(10_000))
    .max(100)
    .default([])
    .describe("More arguments of its command, passed as they are."),
  retries: z.int().min(0).max(20).default(0).describe("How often a failed step is tried again."),
  retry_delay: z
    .number()
    .min(0)
    .max(3_600)
    .default(10)
    .describe("Seconds before the first retry; each later one waits twice as long, an hour at most."),
  timeout: z.number().min(1).max(1_500).default(600).describe("Seconds that one attempt may take."),
});

const concurrency = z.strictObject({
  limit: z.int().min(1).max(1_000).describe("Runs of the sequence that may be at work at a time."),
  when_full: z
    .enum(["queue", "skip", "cancel"])
    .default("queue")
    .describe(
      "What becomes of one more: it waits, it is not run, or the oldest one at work is cancelled for it.",
    ),
});

/** A sequence as the list of its steps alone. */
export const STEP_LIST = z.array(step).min(1).max(50);

/** A sequence as an object with `steps`. */
export const SEQUENCE = z.strictObject({
  parameters: z
    .record(z.string().regex(PARAMETER_NAME), z.string().max(10_000).nullable())
    .default({})
    .describe(
      "Parameters by name, each with its default; null: it must be given. `${name}` stands for its value in input, output, conf and args; `$${` is a plain `${`.",
    ),
  steps: z.array(step).min(1).max(50).describe("What is done, one after the other."),
  error_handler: step
    .pick({ module_name: true, conf: true, args: true, timeout: true })
    .optional()
    .describe(
      "The step that is done once when a run failed. Its input is a JSON file that says what failed.",
    ),
  schedule: z
    .string()
    .max(200)
    .optional()
    .describe("When it runs: an NCRONTAB expression of six fields, in UTC."),
  on_blob: z
    .string()
    .max(500)
    .optional()
    .describe(
      "Runs for each new blob whose name begins so: container/prefix. Its address is the parameter `blob`.",
    ),
  after: z
    .string()
    .regex(SEQUENCE_NAME)
    .optional()
    .describe("Runs when a run of that sequence succeeded. That run's id is the parameter `after_run`."),
  concurrency: concurrency
    .optional()
    .describe("How many of its runs are at work at a time; as many as come unless it is said."),
});

/** A sequence as files and the API give it, in either form. */
export const sequenceFile = z.union([STEP_LIST.transform((steps) => SEQUENCE.parse({ steps })), SEQUENCE]);

/** What a sequence does and when, with all defaults filled in. */
export type SequencePlan = z.output<typeof SEQUENCE>;
/** One step of a plan. */
export type SequenceStep = z.output<typeof step>;

/** A sequence by its name. */
export interface Sequence {
  readonly name: string;
  readonly plan: SequencePlan;
  /** Where it came from: a file of the app, or the API. */
  readonly from: "file" | "api";
}

/** Parameters that a trigger gives beside those that a sequence declares. */
export const GIVEN_PARAMETERS = ["blob", "after_run", "from", "to"] as const;

import type { SequenceStep } from "./sequence.ts";

/** A file that a step wrote. */
export interface Artifact {
  /** As the step's `output` names it, parameters filled in. */
  readonly path: string;
  /** The engine's blob that holds it; null where it went to an address of its own (`blob://`, `http(s)://`). */
  readonly blob: string | null;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly bytes: number;
}

/** A step that is to be done, and all that it needs to know. */
export interface StepOrder {
  readonly run: string;
  readonly sequence: string;
  /** Its place among the steps, from 0; `error_handler` for that one. */
  readonly index: number | "error_handler";
  /** From 1. */
  readonly attempt: number;
  /** Parameters are filled in. */
  readonly step: SequenceStep;
  readonly parameters: Readonly<Record<string, string>>;
  /** What steps before wrote, by path: the newest of each. */
  readonly artifacts: ReadonlyMap<string, Artifact>;
  /** When the run began: ISO 8601 UTC with milliseconds. */
  readonly startedAt: string;
  /** What failed, for the error handler alone: the content of its input. */
  readonly failure?: Readonly<Record<string, unknown>>;
}

/** How an attempt at a step ended. */
export interface StepEnd {
  readonly status: "succeeded" | "failed" | "cancelled";
  /** Whether another attempt may end otherwise: a module that is not there is not there the next time. */
  readonly retryable: boolean;
  /** In words, redacted, where it did not succeed. */
  readonly reason?: string;
  /** The arguments as the command got them; null where a module in TypeScript did the work. */
  readonly command: readonly string[] | null;
  /** Null where no process exited by itself. */
  readonly exitCode: number | null;
  /** What it printed, redacted: 64 KiB of head and tail. */
  readonly log: string;
  readonly durationMs: number;
  readonly artifact?: Artifact;
  /** What a module in TypeScript said of what it did. */
  readonly result?: Readonly<Record<string, unknown>>;
}

/** Does the work of steps: the wrapper around their modules. */
export interface StepRunner {
  /**
   * Does one attempt: brings the input, runs the module apart from all others in a clean folder, stores the output.
   * Resolves however it ended; an abort of the signal ends it as `cancelled`, with all processes that it started.
   * `hear` gets all of the log so far, redacted, now and then while it is at work. Rejects when store or blobs fail:
   * the message must come again.
   */
  run(order: StepOrder, signal: AbortSignal, hear: (log: string) => void): Promise<StepEnd>;
  /**
   * What decides a step's output: the hash of its module's code, its input's content, its configuration and arguments. Two steps with
   * one key write the same. Undefined where that cannot be said: it reads no artifact, or writes none, and so acts on the world outside.
   */
  keyOf(order: StepOrder): Promise<string | undefined>;
}

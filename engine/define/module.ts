import type { z } from "zod";

/** One execution of a module, as the module sees it. */
export interface ModuleRun<Config> {
  /** The file to read, on this machine; undefined where the step names no input. */
  readonly input: string | undefined;
  /** The file to write, on this machine; undefined where the step names no output. Its folder exists. */
  readonly output: string | undefined;
  readonly config: Config;
  /** Of the sequence's run, filled in with the defaults. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The same for every attempt at this step of this run, and for nothing else: what it does twice under it must count once. */
  readonly idempotencyKey: string;
  /** When the sequence's run began: ISO 8601 UTC with milliseconds, the same for every attempt. */
  readonly startedAt: string;
  /** Aborts when the step is cancelled, its time is over or its host shuts down: the module then ends. */
  readonly signal: AbortSignal;
  /** Adds a line to the step's log; of all lines, 64 KiB are kept. */
  readonly log: (line: string) => void;
}

/** A step's code in TypeScript; made by {@link defineModule}. */
export interface ModuleDefinition {
  readonly kind: "module";
  readonly name: string;
  readonly config: z.ZodType;
  readonly input: Presence;
  readonly output: Presence;
  readonly run: (run: ModuleRun<never>) => Promise<ModuleResult>;
}

/** Whether a step of the module has to name a file. */
export type Presence = "required" | "optional" | "none";

/** What a module says of what it did, in the step's record: `{ rows: 12 }`. */
export type ModuleResult = Readonly<Record<string, string | number | boolean | null>> | void;

/** What a module is made of. */
export interface ModuleOptions<Config extends z.ZodType> {
  /** What sequences call it: `[a-z][a-z0-9_-]*`, at most 64 characters. */
  name: string;
  /** Its configuration: a step's `conf`, parsed as JSON; without one, `{}`. What does not fit is told when a sequence is stored. */
  config: Config;
  /** Default `optional`. */
  input?: Presence;
  /** Default `optional`. */
  output?: Presence;
  /**
   * Does the work, in the app's own process: it streams, and heeds the signal. May be called again for a step that it
   * did before (a host that died, a retry): its output file is then a fresh one. A `PermanentError` fails the
   * step for good, any other error is tried again as often as the step has `retries`.
   */
  run: (run: ModuleRun<z.output<NoInfer<Config>>>) => Promise<ModuleResult>;
}

/** How modules are named. */
export const MODULE_NAME = /^[a-z][a-z0-9_-]{0,63}$/;

/** Defines a module. Throws a TypeError on a malformed name. */
export function defineModule<Config extends z.ZodType>(options: ModuleOptions<Config>): ModuleDefinition {
  const { name, config, input = "optional", output = "optional", run } = options;
  if (!MODULE_NAME.test(name)) throw new TypeError(`module "${name}": names are ${MODULE_NAME}`);
  return { kind: "module", name, config, input, output, run };
}

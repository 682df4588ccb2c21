import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModuleDefinition, ModuleResult, ModuleRun } from "../../../engine/define/module.ts";

/** What a step gives its module. */
export interface Given {
  readonly config?: unknown;
  /** What its input holds. */
  readonly input?: string | Uint8Array;
  readonly key?: string;
  readonly startedAt?: string;
  readonly signal?: AbortSignal;
  /** Gets each line of the log. */
  readonly hear?: (line: string) => void;
}

/** What a module did. */
export interface Done {
  readonly result: ModuleResult;
  readonly log: readonly string[];
  /** What it wrote; undefined where it wrote nothing. */
  readonly output: string | undefined;
}

/** Runs a module as a step does: its configuration parsed, its files in a folder of their own. Rejects as it does. */
export async function runModule(module: ModuleDefinition, given: Given): Promise<Done> {
  const folder = await mkdtemp(path.join(tmpdir(), "caudal-module-"));
  try {
    const [input, output] = [path.join(folder, "input"), path.join(folder, "output")];
    if (given.input !== undefined) await writeFile(input, given.input);
    const log: string[] = [];
    const run: ModuleRun<unknown> = {
      input: given.input === undefined ? undefined : input,
      output: module.output === "none" ? undefined : output,
      config: module.config.parse(given.config ?? {}),
      parameters: {},
      idempotencyKey: given.key ?? "run-1:0",
      startedAt: given.startedAt ?? "2026-01-01T00:00:00.000Z",
      signal: given.signal ?? new AbortController().signal,
      log: (line) => {
        log.push(line);
        given.hear?.(line);
      },
    };
    const result = await module.run(run as ModuleRun<never>);
    return { result, log, output: await written(output) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function written(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

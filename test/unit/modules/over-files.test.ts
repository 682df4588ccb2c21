import { mkdtemp, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { overFiles } from "../../../modules/over-files.ts";
import { runModule } from "./run-module.ts";

test("the modules over files have names of their own, and read one file and write one", () => {
  expect(overFiles.map(({ name, input, output }) => [name, input, output])).toEqual([
    ["csv_to_ndjson", "required", "required"],
    ["ndjson_to_csv", "required", "required"],
    ["columns", "required", "required"],
    ["openrefine", "required", "required"],
    ["validate", "required", "required"],
  ]);
});

const CONFIGS: Readonly<Record<string, unknown>> = {
  columns: { steps: [{ trim: "all" }] },
  openrefine: [{ op: "core/fill-down", columnName: "a" }],
  validate: { schema: { type: "object", properties: { a: {} } } },
};

describe.each(overFiles)("$name", (module) => {
  const config = CONFIGS[module.name] ?? {};
  const row = module.name === "ndjson_to_csv" ? '{"a":"some text","b":1}\n' : "some text,1\n";
  const input = (module.name === "ndjson_to_csv" ? "" : "a,b\n") + row.repeat(400_000);

  test("given a signal that aborted, then it ends with its reason", async () => {
    const reason = new Error("cancelled");
    await expect(runModule(module, { input, config, signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });

  test("given a signal that aborts while it is at work, then it ends with its reason, and its work is not done", async () => {
    await using folder = await temporaryFolder();
    const [from, to] = [path.join(folder.path, "input"), path.join(folder.path, "output")];
    await writeFile(from, input);
    const cancel = new AbortController();
    const reason = new Error("cancelled");
    const run = module.run({
      input: from,
      output: to,
      config: module.config.parse(config) as never,
      parameters: {},
      idempotencyKey: "run-1:0",
      startedAt: "2026-01-01T00:00:00.000Z",
      signal: cancel.signal,
      log: () => {},
    });
    const onceAtWork = async (): Promise<void> => {
      while ((await sizeOf(to)) === 0) await setImmediate();
      cancel.abort(reason);
    };
    await Promise.all([expect(run).rejects.toBe(reason), onceAtWork()]);
  });

  test("given no input, then it says so", async () => {
    await expect(runModule(module, { config })).rejects.toThrow("the step names no input");
  });

  test("given the same again, then it writes the same", async () => {
    const few = input.slice(0, input.length / 100);
    const small = few.slice(0, few.lastIndexOf("\n") + 1);
    const [first, second] = [
      await runModule(module, { input: small, config }),
      await runModule(module, { input: small, config }),
    ];
    expect(first).toEqual(second);
  });
});

async function temporaryFolder(): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await mkdtemp(path.join(tmpdir(), "caudal-over-files-"));
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** How large a file is; 0 while it is not there. */
async function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

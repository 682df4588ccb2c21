import { readFileSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { expect, onTestFinished, test } from "vitest";
import type { ModuleDefinition, ModuleRun } from "../../../engine/define/index.ts";
import { checkSequence } from "../../../engine/sequences/book/check-sequence.ts";
import { bookWith } from "../sequences/book/app-folder.ts";
import { codeBlocks, ROOT } from "./code-blocks.ts";
import { followPages } from "./example-checkout.ts";

const PAGE = "docs/how-to/run-a-sequence.md";

/** The JSON of the page, by what it is. */
function written(): { sequences: unknown[]; modules: Record<string, unknown> } {
  const blocks = codeBlocks(PAGE)
    .filter(({ language }) => language === "json")
    .map(({ code }) => JSON.parse(code.replace("0e0a…", "0e0a")) as unknown);
  const isSequence = (json: unknown): boolean => Array.isArray(json) || Object.hasOwn(Object(json), "steps");
  const modules = blocks.find((json) => Object.hasOwn(Object(json), "report"));
  return { sequences: blocks.filter(isSequence), modules: Object(modules) };
}

test("its sequences and its modules.json are right", async () => {
  const { sequences, modules } = written();
  const read = (name: string): string => readFileSync(path.join(ROOT, name), "utf8");
  const scripts = ["dummy_extractor", "dummy_transformer", "dummy_loader"].map(
    (name) => `modules/${name}.sh`,
  );
  const { book } = bookWith({
    "modules.json": { ...JSON.parse(read("modules.json")), ...modules },
    "etl_sequences/transformer_config.json": read("etl_sequences/transformer_config.json"),
    ...Object.fromEntries(
      [...scripts, "report.sh", "modules/clean.py", "rules.txt"].map((name) => [name, "x"]),
    ),
  });
  expect(await book.faults()).toEqual([]);
  expect(sequences).toHaveLength(2);
  for (const sequence of sequences) {
    expect(await checkSequence("nightly", sequence, book)).toMatchObject({ issues: [], warnings: [] });
  }
});

test("its module in TypeScript compiles, and does what it says", async () => {
  using checkout = followPages(PAGE);
  expect(checkout.added).toEqual(["modules/gzip.ts"]);
  expect(checkout.types()).toBe("");
  const { gzip } = (await checkout.load("modules/gzip.ts")) as { gzip: ModuleDefinition };
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-gzip-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [input, output] = [path.join(folder, "in"), path.join(folder, "out")];
  await writeFile(input, "a,b\n".repeat(1_000));
  const run: ModuleRun<unknown> = {
    input,
    output,
    parameters: {},
    idempotencyKey: "r:0",
    startedAt: "2026-03-02T09:00:00.000Z",
    config: gzip.config.parse({}),
    signal: new AbortController().signal,
    log: () => {},
  };
  const result = await (gzip.run as (run: ModuleRun<unknown>) => Promise<unknown>)(run);
  const written = await readFile(output);
  expect(gunzipSync(written).toString()).toBe("a,b\n".repeat(1_000));
  expect(result).toEqual({ bytes: written.length });
}, 60_000);

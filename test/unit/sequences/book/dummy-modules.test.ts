import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, it, onTestFinished } from "vitest";

const ROOT = path.join(import.meta.dirname, "../../../..");
const CONFIG = path.join(ROOT, "etl_sequences/transformer_config.json");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), "caudal-dummy-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
});

function run(module: string, ...args: string[]): string {
  const script = path.join(ROOT, "modules", `dummy_${module}.sh`);
  return execFileSync("bash", [script, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" });
}

it.each(["--config", "--conf"])("extract, clean and load a table, configured by %s", (option) => {
  run("extractor", "--output", "./raw.csv");
  run("transformer", "--input", "./raw.csv", "--output", "./clean.csv", option, CONFIG);
  expect(readFileSync(path.join(folder, "clean.csv"), "utf8")).toBe(
    "id,name,city\n1,Ana,CALI\n2,Luis,PASTO\n3,Eva,TUNJA\n",
  );
  expect(run("loader", "--input", "./clean.csv")).toBe(
    "loaded 1,Ana,CALI\nloaded 2,Luis,PASTO\nloaded 3,Eva,TUNJA\n3 rows\n",
  );
});

it("change nothing that their configuration does not say", () => {
  writeFileSync(path.join(folder, "raw.csv"), "a,b\n 1 ,x\n\n");
  run("transformer", "--input", "raw.csv", "--output", "same.csv");
  expect(readFileSync(path.join(folder, "same.csv"), "utf8")).toBe("a,b\n 1 ,x\n\n");
});

it.each([
  ["a column that is not there", "transformer", ["--input", "raw.csv", "--output", "o", "--config", CONFIG]],
  ["no input", "loader", []],
  ["rows of another width", "loader", ["--input", "raw.csv"]],
  ["an option that nobody knows", "extractor", ["--fast", "1"]],
])("fail with exit code 1 on %s", (_what, module, args) => {
  writeFileSync(path.join(folder, "raw.csv"), "a,b\n1\n");
  expect(() => run(module, ...args)).toThrow(expect.objectContaining({ status: 1 }));
});

import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { jsonFiles } from "../../../../engine/sequences/book/json-files.ts";

let file: string;
beforeEach(() => {
  const folder = mkdtempSync(path.join(os.tmpdir(), "caudal-json-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  file = path.join(folder, "it.json");
});

it("reads a file again when it changed, even twice within a tick of the clock, and not else", () => {
  const make = vi.fn<(json: unknown) => unknown>((json) => json);
  const read = jsonFiles(make);
  expect(read(file)).toBeUndefined();
  for (const value of [1, 2, 3]) {
    writeFileSync(file, String(value));
    expect(read(file)).toEqual({ made: value });
  }
  // Time passes.
  vi.useFakeTimers({ now: statSync(file).ctimeMs + 10_000, toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const calls = make.mock.calls.length;
  for (let times = 0; times < 3; times++) expect(read(file)).toEqual({ made: 3 });
  expect(make).toHaveBeenCalledTimes(calls + 1);
  utimesSync(file, 1, 1);
  read(file);
  expect(make).toHaveBeenCalledTimes(calls + 2);
});

it("passes over the mark that editors of Windows begin with", () => {
  writeFileSync(file, '\uFEFF{"a": 1}');
  expect(jsonFiles((json) => json)(file)).toEqual({ made: { a: 1 } });
});

it("says where a file is no JSON, and does not read one that no person wrote", () => {
  const read = jsonFiles((json) => json);
  writeFileSync(file, '[1,\n"a" "b"]');
  expect(read(file)).toEqual({ fault: "is not JSON: line 2, column 5" });
  writeFileSync(file, `"${"a".repeat(1024 * 1024)}"`);
  expect(read(file)).toEqual({ fault: "has more than 1 MiB" });
  expect(read(path.dirname(file))).toBeUndefined();
});

it("blames no file for what is made of it", () => {
  writeFileSync(file, "1");
  const read = jsonFiles(() => {
    throw new TypeError("ours");
  });
  expect(() => read(file)).toThrow("ours");
});

import { execFile } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";

const MIB = 1024 * 1024;
const ROWS = 550_000;
const RUN = path.join(import.meta.dirname, "..", "fixtures", "modules", "run-over-file.ts");

let folder = "";
const fileOf = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "caudal-memory-"));
  const note = `a note, with ""quotes"" and more of it `.repeat(9);
  function* lines(): Generator<string> {
    yield "id,name,born,amount,note\n";
    for (let row = 1; row <= ROWS; row += 100) {
      let text = "";
      for (let id = row; id < row + 100; id++)
        text += `${id}, Name ${id} ,03/11/1990,${id % 1000}.50,"${note}"\n`;
      yield text;
    }
  }
  await pipeline(Readable.from(lines()), createWriteStream(fileOf("big.csv")));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const schema = {
  type: "object",
  properties: { id: { type: "integer" }, amount: { type: "number" }, note: { type: "string", minLength: 1 } },
  required: ["id"],
};
const operations = [
  { op: "core/text-transform", columnName: "name", expression: "value.trim()", onError: "keep-original" },
  { op: "core/column-split", columnName: "born", mode: "separator", separator: "/" },
];

test.each([
  ["csv_to_ndjson", "big.csv", "big.ndjson", { types: { id: "integer", amount: "number" } }],
  ["ndjson_to_csv", "big.ndjson", "out", {}],
  ["columns", "big.csv", "out", { steps: [{ trim: "all" }, { drop: ["born"] }] }],
  ["columns", "big.ndjson", "out", { steps: [{ trim: "all" }, { drop: ["born"] }] }],
  ["openrefine", "big.csv", "out", operations],
  ["validate", "big.csv", "out", { schema }],
  ["validate", "big.ndjson", "out", { schema }],
])("%s of %s, which is of over 200 MB, does with little memory", async (name, input, output, config) => {
  expect((await stat(fileOf(input))).size).toBeGreaterThan(200_000_000);
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--max-old-space-size=64",
    "--max-semi-space-size=8",
    RUN,
    name,
    fileOf(input),
    fileOf(output),
    JSON.stringify(config),
  ]);
  const { result, mostBytes } = JSON.parse(stdout) as { result: { rows: number }; mostBytes: number };
  expect(result.rows).toBe(ROWS);
  expect(mostBytes).toBeLessThan(220 * MIB);
});

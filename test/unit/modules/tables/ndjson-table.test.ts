import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonLine } from "../../../../modules/tables/json-line.ts";
import { ndjsonTable } from "../../../../modules/tables/ndjson-table.ts";
import type { NoRow, TableRow } from "../../../../modules/tables/table.ts";

/** The rows of a text that comes in chunks of so many bytes; each chunk's memory is used again for the next. */
async function rowsOf(
  text: string | Uint8Array,
  chunk = 1_000_000,
  exactNumbers = true,
): Promise<(TableRow | NoRow)[]> {
  const bytes = Buffer.from(text);
  async function* chunks(): AsyncGenerator<Buffer, void, void> {
    const memory = Buffer.alloc(chunk);
    for (let at = 0; at < bytes.length; at += chunk) {
      const size = bytes.copy(memory, 0, at);
      yield memory.subarray(0, size);
    }
  }
  const rows: (TableRow | NoRow)[] = [];
  await using table = ndjsonTable(chunks(), exactNumbers);
  for await (const part of table.parts)
    for (const row of part) rows.push(row.fault === undefined ? { ...row, raw: Buffer.from(row.raw) } : row);
  return rows;
}

const literal = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1.0",
    "1.50",
    "1e5",
    "1E+5",
    "12345678901234567890",
    "0.1e-7",
    "-7",
    "true",
    "null",
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
  fc.string({ unit: "binary" }).map((text) => JSON.stringify(text)),
  fc.constantFrom("[1.0,[-0,2e2]]", '{"a":{"b":1.10}}', '"1.0"'),
);
const object = fc.dictionary(fc.stringMatching(/^[a-zé😀]{1,5}$/u), literal, { maxKeys: 5 }).map(
  (members) =>
    `{${Object.entries(members)
      .map(([name, value]) => `${JSON.stringify(name)}:${value}`)
      .join(",")}}`,
);

test("whatever objects there are, in whatever chunks they come, they are written as they were", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(object, { maxLength: 6 }),
      fc.integer({ min: 1, max: 40 }),
      async (lines, chunk) => {
        const rows = await rowsOf(lines.map((line) => `${line}\n`).join("\r\n"), chunk);
        expect(rows.map((row) => (row.fault === undefined ? jsonLine(row.cells) : row.fault))).toEqual(
          lines.map((line) => `${line}\n`),
        );
        expect(rows.map(({ line }) => line)).toEqual(lines.map((_line, at) => 2 * at + 1));
      },
    ),
    { numRuns: 300 },
  );
});

test("given lines that are none, then each has its number and its reason, and the next is read", async () => {
  const bytes = Buffer.concat([
    Buffer.from('\uFEFF{"a":1}\n\n[]\n"x"\n1.5\nnull\n{"a":'),
    Buffer.from([0xc3, 0x28]),
    Buffer.from(`}\n{"a":"${"x".repeat(1024 * 1024)}"}\n{"a":2}`),
  ]);
  for (const chunk of [1_000, 10_000_000]) {
    const rows = await rowsOf(bytes, chunk);
    expect(
      rows.map((row) => (row.fault === undefined ? [row.line, row.cells.get("a")] : [row.line, row.fault])),
    ).toEqual([
      [1, 1],
      [3, "is no object"],
      [4, "is no object"],
      [5, "is no object"],
      [6, "is no object"],
      [7, "is not in UTF-8"],
      [8, "is of over 1 MiB"],
      [9, 2],
    ]);
  }
});

test("given a row, then its bytes are as in the file, with the line break and without the mark", async () => {
  const rows = await rowsOf('\uFEFF{ "a": 1 }\r\n{"b":2}', 3);
  expect(rows.map((row) => row.fault ?? Buffer.from(row.raw).toString())).toEqual([
    '{ "a": 1 }\r\n',
    '{"b":2}',
  ]);
});

test("given that digits need not be kept, then numbers are JavaScript's", async () => {
  const [row] = await rowsOf('{"a":1.50}', 100, false);
  expect(row?.fault === undefined && row?.cells.get("a")).toBe(1.5);
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { referenceRecords } from "./reference.ts";
import { load } from "./whole-file.ts";

const MIB = 1024 * 1024;

/** A file that becomes so many rows and rejections; read twice for every line it would take hours. */
describe("takes no longer per byte than any file:", () => {
  it.each([
    ["lines that each open a quote and close another", '"x\n', 300_000],
    ["lines that each leave a quote open, behind a quoted field", '"","\n', 200_000],
    ["quotes alone", '"', 2_000_000],
    ["quotes that are never closed, in lines with pairs", '"""\n""\n', 150_000],
    ["a quote in every line that is stray only behind the break", 'a,"\nb"c\n', 150_000],
    ["delimiters alone", ",", 2_000_000],
    ["line breaks in quotes", '"\r\r\r\r', 200_000],
  ])("%s", async (_, pieces, times) => {
    const { parts, rows, rejections } = await load(`a,b\n${pieces.repeat(times)}`);
    const records = parts.reduce((sum, part) => sum + part.records, 0);
    expect(records).toBeGreaterThan(0);
    expect(rows.length + rejections.length).toBe(records);
  });
});

it("records of about 1 MiB are those of a reference that sees the whole file at once", async () => {
  const long = ["x".repeat(MIB / 2), "x".repeat(MIB - 3), `${"y".repeat(999)}\n`.repeat(300)];
  const piece = fc.constantFrom("a", ",", "\n", "\r", '"', ',"', '","', '"\n', "\n1,2\n", ...long);
  const sizes = fc.constantFrom<number[]>([64 * 1024], [MIB + 1, 7], [333_333]);
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 10 }), sizes, async (pieces, sizes) => {
      const file = `a,b\n${pieces.join("")}`;
      const { rows, rejections } = await load(file, {
        sizes,
        partBytes: 100_000,
        maxCell: 2 * MIB,
        delimiter: ",",
      });
      const [, ...records] = referenceRecords(file, ",");
      const bad = records.filter(({ cells }) => cells?.length !== 2);
      expect(rows.length).toBe(records.length - bad.length);
      expect(rejections.map(({ line }) => line)).toEqual(bad.map(({ line }) => line));
      expect(rejections.map(({ raw }) => raw.slice(0, 1_000))).toEqual(
        bad.map(({ raw }) => raw.slice(0, 1_000)),
      );
    }),
    { numRuns: 20 },
  );
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FileFaultError } from "../../../../engine/errors/file-fault-error.ts";
import { referenceRecords } from "./reference.ts";
import { cut, load, type Loaded } from "./whole-file.ts";

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const partBytes = fc.integer({ min: 1, max: 60 });
const delimiter = fc.constantFrom(",", ";", "\t");

/** Pieces of which files are made that are nearly CSV. */
const piece = fc.constantFrom(
  ...'a|1|,|;|\t|\n|\r|\r\n|"|""|","|"\n|NULL| |ñ|\n"|,"x\ny",|2020-06-01|,,'.split("|"),
);
const nearlyCsv = fc.array(piece, { maxLength: 60 }).map((pieces) => Buffer.from(pieces.join("")));
const anyBytes = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes));
/** Few bytes, so that quotes and breaks meet often. */
const fewBytes = fc
  .array(fc.constantFrom(0x22, 0x0a, 0x0d, 0x2c, 0x61, 0x00, 0xff), { maxLength: 60 })
  .map((bytes) => Buffer.from(bytes));
const body = fc.oneof(nearlyCsv, anyBytes, fewBytes);

/** All that may not depend on where a file was cut. */
function outcome({ head, parsed, rows, rejections }: Loaded): unknown {
  const sums = new Map<string, number>();
  for (const { cells } of parsed) {
    for (const [column, counts] of cells.entries()) {
      for (const [kind, count] of Object.entries(counts) as [string, number][]) {
        sums.set(`${column} ${kind}`, (sums.get(`${column} ${kind}`) ?? 0) + count);
      }
    }
  }
  return { head, rows, rejections, sums };
}

describe("whatever the bytes", () => {
  it("each record of each part becomes a row or a rejection", async () => {
    await fc.assert(
      fc.asyncProperty(body, partBytes, async (bytes, partBytes) => {
        const { parts, parsed } = await load(Buffer.concat([Buffer.from("a,b\n"), bytes]), { partBytes });
        const became = parsed.map(({ rows, rejections }) => rows + rejections.length);
        expect(became).toEqual(parts.map(({ records }) => records));
      }),
      { numRuns: 500 },
    );
  });

  it("the parts follow from the bytes, not from the chunks in which they come", async () => {
    await fc.assert(
      fc.asyncProperty(body, sizes, partBytes, async (bytes, sizes, partBytes) => {
        const file = Buffer.concat([Buffer.from("a,b\n"), bytes]);
        expect(await cut(file, { sizes, partBytes })).toEqual(await cut(file, { partBytes }));
      }),
      { numRuns: 500 },
    );
  });

  it("rows, rejections and counts are the same wherever it is cut", async () => {
    await fc.assert(
      fc.asyncProperty(body, partBytes, async (bytes, partBytes) => {
        const file = Buffer.concat([Buffer.from("a,b\n"), bytes]);
        const [many, one] = [await load(file, { partBytes }), await load(file)];
        expect(outcome(many)).toEqual(outcome(one));
        expect(one.parts.length).toBeLessThan(2);
      }),
      { numRuns: 1_000 },
    );
  });

  it("the parts, one behind the other, are the file behind its header, but for blank lines", async () => {
    await fc.assert(
      fc.asyncProperty(body, partBytes, async (bytes, partBytes) => {
        const { parts } = await cut(Buffer.concat([Buffer.from("a,b\n"), bytes]), { partBytes });
        const together = Buffer.concat(parts.map((part) => part.bytes));
        const withoutBreaks = (text: string): string => text.replaceAll(/[\r\n]+/g, "");
        expect(withoutBreaks(together.toString("latin1"))).toBe(withoutBreaks(bytes.toString("latin1")));
      }),
      { numRuns: 500 },
    );
  });

  it("a file is refused as a whole for its header alone", async () => {
    await fc.assert(
      fc.asyncProperty(body, async (bytes) => {
        const error: unknown = await load(bytes).then(
          () => undefined,
          (error: unknown) => error,
        );
        expect(error === undefined || error instanceof FileFaultError).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

it("records are those of a reference that takes a field at a time", async () => {
  await fc.assert(
    fc.asyncProperty(nearlyCsv, delimiter, partBytes, async (bytes, delimiter, partBytes) => {
      const file = `a${delimiter}b\n${bytes.toString()}`;
      const { rows, rejections } = await load(file, { delimiter, partBytes });
      const [, ...records] = referenceRecords(file, delimiter);
      const isRow = ({ cells }: (typeof records)[number]): boolean => cells?.length === 2;
      expect(rows).toEqual(
        records.flatMap((record, n) => (isRow(record) ? [[String(n + 1), ...(record.cells ?? [])]] : [])),
      );
      expect(rejections.map(({ line, raw }) => ({ line, raw }))).toEqual(
        records.filter((record) => !isRow(record)).map(({ line, raw }) => ({ line, raw })),
      );
    }),
    { numRuns: 1_000 },
  );
});

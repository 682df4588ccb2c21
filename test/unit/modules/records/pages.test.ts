import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pagesOf } from "../../../../modules/records/pages.ts";
import type { FileRecord } from "../../../../modules/records/record.ts";

async function* recordsOf(sizes: readonly number[]): AsyncGenerator<FileRecord> {
  for (const [at, bytes] of sizes.entries()) yield { row: at + 1, line: at + 2, values: {}, bytes };
}

async function paged(
  sizes: readonly number[],
  most: { records: number; bytes: number },
): Promise<number[][]> {
  const pages: number[][] = [];
  for await (const page of pagesOf(recordsOf(sizes), most)) pages.push(page.map(({ row }) => row));
  return pages;
}

describe("pages of records", () => {
  it("have so many records as they may", async () => {
    expect(await paged([1, 1, 1, 1, 1], { records: 2, bytes: 100 })).toEqual([[1, 2], [3, 4], [5]]);
  });

  it("have a record that is larger than a page by itself", async () => {
    expect(await paged([1, 200, 1], { records: 9, bytes: 100 })).toEqual([[1], [2], [3]]);
  });

  it("keep all records in their order, and to their bounds", () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 })),
        fc.integer({ min: 1, max: 5 }),
        async (sizes, records) => {
          const pages = await paged(sizes, { records, bytes: 50 });
          expect(pages.flat()).toEqual(sizes.map((_, at) => at + 1));
          for (const page of pages) {
            const bytes = page.reduce((sum, row) => sum + (sizes[row - 1] ?? 0), 0);
            expect(page.length).toBeGreaterThan(0);
            expect(page.length).toBeLessThanOrEqual(records);
            expect(bytes <= 50 || page.length === 1).toBe(true);
          }
        },
      ),
    ));
});

import fc from "fast-check";
import { expect, test } from "vitest";
import type { Dataset } from "../../engine/datasets/dataset.ts";
import { withDataset } from "../../engine/datasets/query/ask-dataset.ts";
import type { Asked } from "../../engine/datasets/query/asked.ts";
import type { Keys } from "../../engine/datasets/query/keys.ts";
import { createKnownTables, type KnownTables } from "../../engine/datasets/query/known-tables.ts";
import { readAll } from "../../engine/datasets/query/read-all.ts";
import { type DatasetPage, readPage } from "../../engine/datasets/query/read-page.ts";
import { matching } from "../unit/datasets/query/model.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();

const COLUMNS = ["n", "d", "t", "long", "what? `x`"];

const number = fc.constantFrom(
  "1",
  "1.0",
  "-2",
  "10",
  "9.50",
  "9.5",
  "0",
  "123456789012345678901234567890.1",
);
const date = fc.constantFrom("2020-06-01", "2020-06-01T00:00", "2020-06-01 12:30:00.5Z", "1999-12-31");
const text = fc.constantFrom(
  "a",
  "a ",
  "A",
  "a\t",
  "",
  "ä",
  "😀",
  "\uffee",
  "b%",
  "_b\\",
  "'; DROP TABLE x; --",
  "a\0",
);
const long = fc.constantFrom(
  "",
  "x".repeat(128),
  `${"x".repeat(128)}y`,
  `${"x".repeat(129)}a`,
  "x".repeat(127),
  "ü".repeat(300),
);
const mostly = (most: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.oneof({ weight: 12, arbitrary: most }, { weight: 1, arbitrary: fc.constantFrom("", "junk", "007") });
const row = fc.tuple(mostly(number), mostly(date), text, long, text);

const operand = (column: string): fc.Arbitrary<string> =>
  column === "n" ? number : column === "d" ? date : column === "long" ? long : text;
const filter = fc.constantFrom(...COLUMNS).chain((column) =>
  fc.oneof(
    fc.record({
      column: fc.constant(column),
      operator: fc.constantFrom("lt", "gt", "lte", "gte"),
      operands: fc.tuple(operand(column)),
    }),
    fc.record({
      column: fc.constant(column),
      operator: fc.constantFrom("eq", "neq", "like"),
      operands: fc.tuple(fc.oneof(operand(column), text, fc.constant("junk"))),
    }),
    fc.record({
      column: fc.constant(column),
      operator: fc.constant("in" as const),
      operands: fc.array(fc.oneof(operand(column), text), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      column: fc.constant(column),
      operator: fc.constant("null" as const),
      operands: fc.tuple(fc.constantFrom("true", "false")),
    }),
  ),
);
const sort = fc.uniqueArray(fc.record({ column: fc.constantFrom(...COLUMNS), descending: fc.boolean() }), {
  selector: ({ column }) => column,
  maxLength: 3,
});
const indexes = fc.uniqueArray(fc.uniqueArray(fc.constantFrom(...COLUMNS), { minLength: 1, maxLength: 3 }), {
  maxLength: 4,
  selector: (columns) => columns.join(),
});

/** All pages, one after the other by their cursors. */
async function paged(asked: Asked, known: KnownTables): Promise<DatasetPage[]> {
  const pages: DatasetPage[] = [];
  let cursor = asked.cursor;
  do {
    const page = await withDataset(await tables.database.pool(), "pages", (connection, dataset) =>
      readPage(connection, { ...asked, cursor }, dataset, known),
    );
    if (!page) throw new Error("there is no dataset");
    pages.push(page);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return pages;
}

async function streamed(asked: Asked, dataset: Dataset, known: KnownTables): Promise<string[][]> {
  const rows: string[][] = [];
  for await (const batch of readAll(tables.database, asked, dataset, known)) {
    rows.push(...batch.map((cells) => [...cells]));
  }
  return rows;
}

const knownWith = (keys: Keys): KnownTables =>
  createKnownTables(
    () => 0,
    () => Promise.resolve(keys),
  );

test("the pages by cursor, the rows of a stream and any page by offset are those of one sorted list", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 40 }),
      indexes,
      fc.array(
        fc.record({
          filters: fc.array(filter, { maxLength: 3 }),
          sort,
          take: fc.integer({ min: 1, max: 12 }),
          skip: fc.nat({ max: 10 }),
        }),
        { minLength: 6, maxLength: 6 },
      ),
      async (rows, indexed, questions) => {
        // As after a load that rejected records, there are gaps between the rows.
        const numbers = rows.map((_, index) => index * 3 + 2);
        const { dataset, keys } = await tables.make("pages", {
          columns: COLUMNS,
          rows,
          indexes: indexed,
          numbers,
        });
        for (const { filters, sort: order, take, skip } of questions) {
          const asked: Asked = { filters, sort: order, take, skip, fields: undefined, cursor: undefined };
          const expected = matching(asked, dataset, rows);
          const pages = await paged(asked, knownWith(keys));
          expect(pages.flatMap((page) => page.rows)).toEqual(expected.slice(skip));
          for (const page of pages) expect(page.total).toEqual({ count: expected.length, is: "exact" });
          expect(pages.map(({ offset }) => offset)).toEqual(pages.map((_, index) => skip + index * take));
          const all = await streamed({ ...asked, take: undefined }, dataset, knownWith(keys));
          expect(all).toEqual(expected.slice(skip));
        }
      },
    ),
    { numRuns: 40 },
  );
});

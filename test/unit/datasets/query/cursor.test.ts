import { expect, test } from "vitest";
import type { Dataset } from "../../../../engine/datasets/dataset.ts";
import type { Selection } from "../../../../engine/datasets/query/asked.ts";
import { type Place, readCursor, writeCursor } from "../../../../engine/datasets/query/cursor.ts";

const dataset: Dataset = {
  table: "ships",
  owner: "anna",
  columns: [],
  rows: 3,
  version: "one",
  createdAt: "",
  loadedAt: "",
};
const selection: Selection = {
  filters: [{ column: "Name", operator: "eq", operands: ["x"] }],
  sort: [{ column: "Name", descending: true }],
};
const place: Place = { row: 7, offset: 100, total: { count: 250_000, is: "estimate" } };

test("a cursor says where its page ended, in little space", () => {
  const cursor = writeCursor(place, selection, dataset);
  expect(cursor).toMatch(/^[\w-]{1,200}$/);
  expect(readCursor(cursor, selection, dataset)).toEqual(place);
});

test("a cursor is of its query alone", () => {
  const cursor = writeCursor(place, selection, dataset);
  const others: Selection[] = [
    { ...selection, sort: [] },
    { ...selection, sort: [{ column: "Name", descending: false }] },
    { ...selection, filters: [] },
    { ...selection, filters: [{ column: "Name", operator: "neq", operands: ["x"] }] },
    { ...selection, filters: [{ column: "Name", operator: "in", operands: ["x", "y"] }] },
  ];
  for (const other of others)
    expect(() => readCursor(cursor, other, dataset)).toThrow(/no page of this query/);
  expect(() => readCursor(cursor, selection, { ...dataset, version: "two" })).toThrow(/loaded anew/);
});

test("what was not given as a cursor is refused", () => {
  for (const text of [
    "",
    "x",
    "e30",
    "bnVsbA",
    "A".repeat(5_000),
    "../..",
    writeCursor(place, selection, dataset).slice(2),
  ]) {
    expect(() => readCursor(text, selection, dataset)).toThrow(/no page of this query/);
  }
});

import { expect, it } from "vitest";
import { z } from "zod";
import type { Dataset } from "../../../../engine/datasets/dataset.ts";
import { columnFault } from "../../../../engine/datasets/import/columns.ts";

const at = "2026-01-01T00:00:00.000Z";
const dataset = (...names: readonly string[]): Dataset => ({
  table: "contacts",
  owner: "ana",
  columns: names.map((name) => ({
    name,
    header: name,
    cells: { filled: 0, numbers: 0, dates: 0, codes: 0 },
  })),
  rows: 1,
  version: "1",
  createdAt: at,
  loadedAt: at,
});

it("nothing is wrong with a dataset that has the columns, and others beside them", () => {
  const row = z.object({ number: z.string(), email: z.email() });
  expect(columnFault(row, dataset("email", "number", "notes"))).toBeUndefined();
});

it("a column that is missing is named, with those that there are; the case of letters counts", () => {
  const row = z.object({ number: z.string(), email: z.email(), notes: z.coerce.number() });
  expect(columnFault(row, dataset("Number", "notes"))).toBe(
    'the dataset "contacts" lacks what its import reads: "number", "email"; its columns are "Number", "notes"',
  );
});

it("a column that a row may lack may be missing", () => {
  const empty = z.preprocess((text) => (text === "" ? undefined : text), z.email().optional());
  const row = z.object({ a: z.string().optional(), b: z.string().default(""), c: empty });
  expect(columnFault(row, dataset("d"))).toBeUndefined();
});

it("of rows that are no object it cannot be told: each goes its own way", () => {
  expect(columnFault(z.record(z.string(), z.string()), dataset("d"))).toBeUndefined();
});

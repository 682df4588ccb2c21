import { expect, test } from "vitest";
import { requestOf } from "../../../../connectors/mysql/request.ts";
import type { Table } from "../../../../connectors/mysql/table.ts";
import type { Change } from "../../../../connectors/mysql/write.ts";

const people: Table = { name: "people", columns: {}, key: [], rows: () => [] };
const phones: Table = { ...people, name: "phones", key: ["number"] };
const change = (...rows: Change["rows"]): Change => ({
  key: "person|1",
  id: "1",
  version: 2,
  removed: false,
  again: false,
  rows,
});
const removed: Change = { ...change([], []), removed: true };

test("one table with one row: the record shows it", () => {
  const shown = (given: Change): object => requestOf({ database: "sales", tables: [people] }, given);
  const facts = { table: "sales.people", id: "1", version: 2 };
  expect(shown(change([{ email: "a@x" }]))).toEqual({ ...facts, row: { email: "a@x" } });
  expect(shown(change([]))).toEqual({ ...facts, row: null });
  expect(shown(removed)).toEqual({ ...facts, removed: true });
});

test("several tables: the record names each, counts its rows, and shows the first ten", () => {
  const shown = (given: Change): object => requestOf({ database: "sales", tables: [people, phones] }, given);
  const numbers = Array.from({ length: 11 }, (_, number) => ({ number }));
  expect(shown(change([{ email: "a@x" }], numbers))).toEqual({
    id: "1",
    version: 2,
    tables: {
      "sales.people": { count: 1, rows: [{ email: "a@x" }] },
      "sales.phones": { count: 11, rows: numbers.slice(0, 10) },
    },
  });
  expect(shown(removed)).toMatchObject({ removed: true, tables: { "sales.phones": { count: 0, rows: [] } } });
});

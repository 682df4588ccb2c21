import { beforeAll, describe, expect, test } from "vitest";
import { type Dataset, kindOf } from "../../engine/datasets/dataset.ts";
import { withDataset } from "../../engine/datasets/query/ask-dataset.ts";
import { type Filter, OPERATORS } from "../../engine/datasets/query/asked.ts";
import { BadQueryError } from "../../engine/datasets/query/bad-query-error.ts";
import type { Keys } from "../../engine/datasets/query/keys.ts";
import { createKnownTables } from "../../engine/datasets/query/known-tables.ts";
import { parseAsked } from "../../engine/datasets/query/parse.ts";
import { readPage } from "../../engine/datasets/query/read-page.ts";
import { matching } from "../unit/datasets/query/model.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();

/** Cells of each kind that are nearly the same as others of it. */
const NUMBERS = [
  "7.25",
  "7.2500",
  "7",
  "-7",
  "0",
  "-0",
  "10",
  "9",
  `${"9".repeat(35)}.5`,
  `${"9".repeat(35)}.4`,
];
const DATES = [
  "2020-06-01",
  "2020-06-01T00:00",
  "2020-06-01 00:00:00.000000Z",
  "2020-06-01T00:00:00.000001",
  "1999-12-31",
  "2020-06-02",
];
const TEXTS = [
  "a",
  "a ",
  "A",
  "a\t",
  "ä",
  "a\u0308",
  "😀",
  "\uffee",
  "10",
  "9",
  "%",
  "_",
  "\\",
  "\\%",
  "'",
  "NULL",
  "a\0",
];
const LONG = [
  "x".repeat(127),
  "x".repeat(128),
  `${"x".repeat(128)}y`,
  `${"x".repeat(128)}z`,
  "x".repeat(129),
  "ü".repeat(600),
  `${"ü".repeat(600)}!`,
];

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  number: [...NUMBERS, ...NUMBERS, "", "junk"],
  date: [...DATES, ...DATES, ...DATES, ...DATES, "", "2020-13-01"],
  text: [...TEXTS, ""],
  long: [...LONG, ""],
};

const height = Math.max(...Object.values(COLUMNS).map((cells) => cells.length));
const rows = Array.from({ length: height }, (_, index) =>
  Object.values(COLUMNS).map((cells) => cells[index % cells.length] ?? ""),
);

describe.each([
  { title: "with key columns and indexes", indexed: true },
  { title: "without key columns", indexed: false },
])("$title", ({ indexed }) => {
  let made: { dataset: Dataset; keys: Keys };
  beforeAll(async () => {
    const indexes = indexed ? Object.keys(COLUMNS).map((column) => [column]) : [];
    made = await tables.make("cells", { columns: Object.keys(COLUMNS), rows, indexes });
  });

  test.each(Object.keys(COLUMNS))("every operator tells the cells of kind %s apart", async (column) => {
    const known = createKnownTables(
      () => 0,
      () => Promise.resolve(made.keys),
    );
    const operands = [...new Set([...(COLUMNS[column] ?? []), "a", "x"])];
    const filters = OPERATORS.flatMap((operator) =>
      (operator === "null" ? ["true", "false"] : operands).map((operand) => ({ operator, operand })),
    );
    const refused: (() => unknown)[] = [];
    for (const { operator, operand } of filters) {
      const text = operator === "in" ? operand.replaceAll("\\", "\\\\") : operand;
      const ask = (): ReturnType<typeof parseAsked> =>
        parseAsked([[column, `${operator}:${text}`]], made.dataset.columns, 1_000);
      if (!fits(column, operator, operand, made.dataset)) {
        refused.push(ask);
        continue;
      }
      const asked = ask();
      const page = await withDataset(await tables.database.pool(), "cells", (connection, dataset) =>
        readPage(connection, asked, dataset, known),
      );
      expect({ operator, operand, rows: page?.rows, total: page?.total.count }).toEqual({
        operator,
        operand,
        rows: matching(asked, made.dataset, rows),
        total: matching(asked, made.dataset, rows).length,
      });
    }
    for (const ask of refused) expect(ask).toThrow(BadQueryError);
  });

  test.each(Object.keys(COLUMNS))(
    "the kind %s orders the rows, either way, from any page on",
    async (column) => {
      const known = createKnownTables(
        () => 0,
        () => Promise.resolve(made.keys),
      );
      for (const direction of ["asc", "desc"]) {
        const asked = parseAsked(
          [
            ["sort", `${column}:${direction}`],
            ["limit", "5"],
          ],
          made.dataset.columns,
          1_000,
        );
        const found: (readonly string[])[] = [];
        let cursor: string | undefined;
        do {
          const page = await withDataset(await tables.database.pool(), "cells", (connection, dataset) =>
            readPage(connection, { ...asked, cursor }, dataset, known),
          );
          found.push(...(page?.rows ?? []));
          cursor = page?.next ?? undefined;
        } while (cursor !== undefined);
        expect(found).toEqual(matching(asked, made.dataset, rows));
      }
    },
  );
});

/** Whether an operand can be compared by that operator. */
function fits(name: string, operator: Filter["operator"], operand: string, { columns }: Dataset): boolean {
  const column = columns.find((known) => known.name === name);
  const kind = column && kindOf(column.cells);
  if (kind === "text" || !["lt", "gt", "lte", "gte"].includes(operator)) return true;
  return kind === "number" ? /^-?\d/.test(operand) : /^\d{4}-(0[1-9]|1[0-2])-/.test(operand);
}

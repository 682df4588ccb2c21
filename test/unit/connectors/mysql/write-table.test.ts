import { describe, expect, test } from "vitest";
import type { Connection, Parameter } from "../../../../engine/mysql/pool.ts";
import { type Table, tableKinds, tableOf } from "../../../../connectors/mysql/table.ts";
import { type TableChange, writeTable } from "../../../../connectors/mysql/write-table.ts";
import type { DocumentDefinition } from "../../../../engine/define/index.ts";

type Document = DocumentDefinition;
const people = tableOf<Document>("people", { columns: ({ text }) => ({ name: text(9, () => "") }) });
const notes = tableOf(
  "notes",
  tableKinds<Document>().many({
    rows: () => [""],
    key: ["n"],
    columns: ({ integer, text }) => ({ n: integer(() => 1), note: text(9, () => "") }),
  }),
);

/** The statements for changes: verb, and how many values. */
async function statements(table: Table, changes: readonly Partial<TableChange>[]): Promise<string[]> {
  const seen: string[] = [];
  const connection: Connection = {
    async query(sql: string, values: readonly Parameter[] = []) {
      seen.push(`${sql.split(" ")[0]} ${values.flat().length}`);
      return [];
    },
  };
  const full = changes.map((change, n) => ({ id: `${n}`, version: 2, again: false, rows: [], ...change }));
  await writeTable(connection, { database: "sales", table }, full);
  return seen;
}

describe("the statements of a batch", () => {
  test("are one for a hundred entities with one row each", async () => {
    const changes = Array.from({ length: 100 }, () => ({ rows: [{ name: "a" }] }));
    expect(await statements(people, changes)).toEqual(["INSERT 300"]);
  });

  test("are two for a hundred entities with many rows each, and one more each for what goes or comes again", async () => {
    const rows = Array.from({ length: 50 }, (_, n) => ({ n, note: "a" }));
    const changes = Array.from({ length: 100 }, () => ({ rows }));
    expect(await statements(notes, changes)).toEqual([`INSERT ${100 * 50 * 4}`, "DELETE 200"]);
    expect(await statements(notes, [{ rows }, { rows: [] }, { rows, again: true }])).toEqual([
      "DELETE 1",
      "UPDATE 1",
      "INSERT 400",
      "DELETE 4",
    ]);
  });

  test("hold 4 MB each, whatever the rows; a row that is larger goes alone", async () => {
    const note = "ñ".repeat(600_000);
    const rows = Array.from({ length: 9 }, (_, n) => ({ n, note }));
    expect(await statements(notes, [{ rows }])).toEqual(["INSERT 12", "INSERT 12", "INSERT 12", "DELETE 2"]);
    const huge = { n: 0, note: "a".repeat(5_000_000) };
    const small = { n: 1, note: "a" };
    expect(await statements(notes, [{ rows: [small, huge, small] }])).toEqual([
      "INSERT 4",
      "INSERT 4",
      "INSERT 4",
      "DELETE 2",
    ]);
  });
});

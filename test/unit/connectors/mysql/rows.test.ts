import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Cell } from "../../../../connectors/mysql/columns.ts";
import { rowsOf } from "../../../../connectors/mysql/rows.ts";
import { type Table, tableKinds, tableOf } from "../../../../connectors/mysql/table.ts";
import { type DataOf, defineDocument } from "../../../../engine/define/index.ts";
import { PermanentError } from "../../../../engine/errors/permanent-error.ts";

const person = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({ number: z.string(), phones: z.array(z.string()).optional() }),
});
type Person = DataOf<typeof person>;
const { many } = tableKinds<typeof person>();

/** A table of phones, told apart by their number unless by position. */
const phones = (key?: "number"[]): Table =>
  tableOf(
    "phones",
    many({
      rows: (c) => c.phones ?? [],
      columns: ({ text }) => ({ number: text(12, (phone) => (phone === "none" ? null : phone)) }),
      ...(key ? { key } : {}),
    }),
  );
const rows = (table: Table, data: Person | undefined): readonly Readonly<Record<string, Cell>>[] =>
  rowsOf(table, { key: "person|1", entity: "person", id: "1", version: 3, known: true, data });
const failure = (table: Table, data: Person): unknown => {
  try {
    return rows(table, data);
  } catch (error) {
    return error;
  }
};
const withPhones = (...given: string[]): Person => ({ number: "1", phones: given });

describe("the rows of a document", () => {
  test("are what `rows` gives, by their key", () => {
    expect(rows(phones(["number"]), withPhones("300", "301"))).toEqual([
      { number: "300" },
      { number: "301" },
    ]);
  });

  test("are told apart by their position where no key is named", () => {
    expect(rows(phones(), withPhones("300", "300"))).toEqual([
      { position: 1, number: "300" },
      { position: 2, number: "300" },
    ]);
  });

  test("are none for an entity that was removed, or that has none", () => {
    expect(rows(phones(), undefined)).toEqual([]);
    expect(rows(phones(), { number: "1" })).toEqual([]);
  });

  test("are one at most in a table that says `when`, made of the document with its id, key and version", () => {
    const table = tableOf<typeof person>("people", {
      when: (c) => c.phones !== undefined,
      columns: ({ text, integer }) => ({ own: text(40, (c) => c.key + c.id), v: integer((c) => c.version) }),
    });
    expect(rows(table, withPhones())).toEqual([{ own: "person|11", v: "3" }]);
    expect(rows(table, { number: "1" })).toEqual([]);
  });
});

describe("a delivery fails for good, and says which table", () => {
  test("on two rows with one key, without telling its value", () => {
    const error = failure(phones(["number"]), withPhones("300", "301", "300"));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ message: "the table phones: rows 1 and 3 have the same key (number)" });
  });

  test("on keys that differ in spaces at the end, which MySQL does not see", () => {
    expect(failure(phones(["number"]), withPhones("300", "300  "))).toBeInstanceOf(PermanentError);
    expect(failure(phones(["number"]), withPhones("300", " 300"))).not.toBeInstanceOf(Error);
  });

  test("on a key without a value", () => {
    expect(failure(phones(["number"]), withPhones("300", "none"))).toMatchObject({
      name: "PermanentError",
      message: expect.stringContaining("table phones, row 2, column number: is part of the key") as string,
    });
  });

  test("on a value that does not fit", () => {
    expect(failure(phones(), withPhones("300", "3001234567890"))).toMatchObject({
      name: "PermanentError",
      message: "the table phones, row 2, column number: has 13 characters where 12 fit",
      request: { id: "1", version: 3 },
    });
  });

  test("on more than a thousand rows", () => {
    const given = Array.from({ length: 1001 }, (_, n) => `${n}`);
    expect(rows(phones(), withPhones(...given.slice(1)))).toHaveLength(1000);
    expect(failure(phones(), withPhones(...given))).toMatchObject({
      name: "PermanentError",
      message: expect.stringMatching(/^the table phones: .* 1000 rows .* has 1001/) as string,
    });
  });

  test("on an error of `rows` itself", () => {
    const table = tableOf(
      "phones",
      many({
        rows: (): string[] => {
          throw new Error("no such thing");
        },
        columns: () => ({}),
      }),
    );
    expect(failure(table, withPhones())).toMatchObject({
      name: "PermanentError",
      message: "the table phones: no such thing",
    });
  });
});

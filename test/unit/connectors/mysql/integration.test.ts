import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { Column } from "../../../../connectors/mysql/columns.ts";
import {
  defineMysqlIntegration,
  type MysqlIntegrationOptions,
  type MysqlTablesOptions,
} from "../../../../connectors/mysql/integration.ts";
import {
  defineApp,
  defineDocument,
  type IntegrationDefinition,
  secret,
} from "../../../../engine/define/index.ts";

const person = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({ identity: z.strictObject({ number: z.string() }) }),
});
type Columns = MysqlIntegrationOptions<typeof person>["columns"];

describe("names are checked when defined", () => {
  const column =
    (name: string): Columns =>
    ({ text }) => ({ [name]: text(5, () => "a") });
  const define = (change: Partial<MysqlIntegrationOptions<typeof person>>): (() => unknown) => {
    const options = { name: "people", on: person, table: "people", columns: column("number"), ...change };
    return () => defineMysqlIntegration(options);
  };

  test.each([
    [{ table: "people`; DROP" }, /integration "people": the table "people`; DROP"/],
    [{ table: "People" }, /table "People"/],
    [{ database: "a.b" }, /database "a.b"/],
    [{ columns: column("e-mail") }, /integration "people": the column "e-mail"/],
    [{ columns: column("a".repeat(64)) }, /column/],
    [{ columns: column("version") }, /has a column "version" already/],
    [{ name: "People" }, /integration "People"/],
  ])("%o", (change, message) => {
    expect(define(change)).toThrow(TypeError);
    expect(define(change)).toThrow(message);
  });
});

describe("tables are checked when defined", () => {
  type Options = MysqlTablesOptions<typeof person>;
  const define =
    (tables: Options["tables"]): (() => unknown) =>
    () =>
      defineMysqlIntegration({ name: "people", on: person, tables });
  const keyed = (key: string[], length = 5): (() => unknown) =>
    define(({ many }) => ({
      letters: many({
        rows: (c) => Array.from(c.identity.number),
        key,
        columns: ({ text, json, decimal }): Record<string, Column<string>> => ({
          letter: text(length, (letter) => letter),
          other: text(length, (letter) => letter),
          all: json((letter) => letter),
          sum: decimal(5, 2, (letter) => letter),
        }),
      }),
    }));

  test.each<[string, () => unknown, RegExp]>([
    ["no table at all", define(() => ({})), /integration "people": it has no table/],
    [
      "a malformed name",
      define(() => ({ "p-q": { columns: () => ({}) } })),
      /integration "people": the table "p-q" must be/,
    ],
    [
      "a malformed column",
      define(() => ({ letters: { columns: ({ text }) => ({ "a-b": text(5, () => "a") }) } })),
      /integration "people": the column "a-b" of "letters" must be/,
    ],
    ["a key of no column", keyed([]), /the key of "letters" must name 1 to 15 columns, each once/],
    ["a key that names one twice", keyed(["letter", "letter"]), /each once/],
    ["a key that names no column", keyed(["lettr"]), /the key of "letters" names "lettr", which is none/],
    ["JSON in a key", keyed(["all"]), /names "all", but no key takes JSON/],
    ["a decimal in a key", keyed(["sum"]), /names "sum", but no key takes DECIMAL/],
    [
      "a key that no index takes",
      keyed(["letter", "other"], 370),
      /has 2960 bytes, 4 a character, where 2952 fit/,
    ],
    [
      "a column position where rows have one already",
      define(({ many }) => ({
        letters: many({ rows: () => [1], columns: ({ integer }) => ({ position: integer((n) => n) }) }),
      })),
      /the table "letters" has a column "position" already where no key is named/,
    ],
  ])("%s", (_what, wrong, message) => {
    expect(wrong).toThrow(TypeError);
    expect(wrong).toThrow(message);
  });

  test("a key may be as long as an index takes", () => {
    expect(keyed(["letter", "other"], 369)).not.toThrow();
  });

  test("either one table or several, not both", () => {
    const both = {
      table: "people",
      columns: () => ({}),
      tables: () => ({ others: { columns: () => ({}) } }),
    };
    expect(() => defineMysqlIntegration({ name: "people", on: person, ...both })).toThrow(
      /either a "table" or "tables"/,
    );
  });
});

describe("two integrations on one table", () => {
  const define = (
    name: string,
    change: Partial<MysqlIntegrationOptions<typeof person>>,
  ): IntegrationDefinition =>
    defineMysqlIntegration({
      name,
      on: person,
      database: "sales",
      table: "people",
      columns: ({ text }) => ({ number: text(5, (c) => c.identity.number) }),
      ...change,
    });
  const app = (change: Partial<MysqlIntegrationOptions<typeof person>>): unknown =>
    defineApp({ documents: [person], rules: [], integrations: [define("one", {}), define("other", change)] });

  test("are refused, since the second would take the versions of the first for its own", () => {
    expect(() => app({})).toThrow(/"one" and "other" both write the table sales\.people of MYSQL_URL/);
  });

  test.each([{ table: "others" }, { database: "elsewhere" }, { url: secret("OTHER_URL") }])(
    "%o is another",
    (change) => {
      expect(() => app(change)).not.toThrow();
    },
  );

  test("are refused when it is but one of several that they share", () => {
    const tables = defineMysqlIntegration({
      name: "three",
      on: person,
      database: "sales",
      tables: () => ({ sums: { columns: () => ({}) }, people: { columns: () => ({}) } }),
    });
    expect(() =>
      defineApp({ documents: [person], rules: [], integrations: [define("one", {}), tables] }),
    ).toThrow(/"one" and "three" both write the table sales\.people of MYSQL_URL/);
  });
});

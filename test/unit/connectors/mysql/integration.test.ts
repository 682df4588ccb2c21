import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  defineMysqlIntegration,
  type MysqlIntegrationOptions,
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
});

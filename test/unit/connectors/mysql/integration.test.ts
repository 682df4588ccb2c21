import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  defineMysqlIntegration,
  type MysqlIntegrationOptions,
} from "../../../../connectors/mysql/integration.ts";
import { defineDocument } from "../../../../engine/define/index.ts";

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

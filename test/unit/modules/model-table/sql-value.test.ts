import { describe, expect, it } from "vitest";
import { sqlValue } from "../../../../modules/model-table/sql-value.ts";
import { exactly } from "../../../../modules/records/exact-numbers.ts";

const inColumn = (value: unknown, type = "varchar(20)", nullable = true): string | null =>
  sqlValue(value, { name: "c", type, nullable, generated: false });

describe("a value for a column", () => {
  it.each([
    ["a text", "text", "a text"],
    [" kept ", "text", " kept "],
    ["", "text", null],
    [null, "text", null],
    [undefined, "text", null],
    [true, "tinyint(1)", "1"],
    ["FALSE", "tinyint(1)", "0"],
    ["true", "varchar(5)", "true"],
    [12.5, "decimal(10,2)", "12.5"],
    [["a", { b: null }], "json", '["a",{"b":null}]'],
    ["2026-03-02T09:00:00Z", "datetime", "2026-03-02 09:00:00"],
    ["2026-03-02T23:30:00.123456-05:00", "timestamp(6)", "2026-03-03 04:30:00.123456"],
    ["2026-03-02 09:00:00", "datetime", "2026-03-02 09:00:00"],
    ["2026-03-02T09:00:00Z", "varchar(30)", "2026-03-02T09:00:00Z"],
    ["never", "datetime", "never"],
  ])("%o, %s: %o", (value, type, expected) => expect(inColumn(value, type)).toBe(expected));

  it("is empty, and not nothing, where nothing may not be", () => {
    expect(inColumn("", "varchar(20)", false)).toBe("");
  });

  it("keeps each digit of a number, at whatever depth", () => {
    const { n, list } = exactly('{"n":12345678901234567890.10,"list":[1.10,{"x":1e400}]}') as Record<
      string,
      unknown
    >;
    expect(inColumn(n)).toBe("12345678901234567890.10");
    expect(inColumn(list, "json")).toBe('[1.10,{"x":1e400}]');
  });
});

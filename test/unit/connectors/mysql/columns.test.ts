import { describe, expect, test } from "vitest";
import {
  boolean,
  type Column,
  datetime,
  decimal,
  integer,
  json,
  text,
} from "../../../../connectors/mysql/columns.ts";

/** The cell that a column makes of a value. */
const cell = (column: Column<never>, value: unknown): unknown => column.cell(value as never);
const self = (value: never): never => value;

describe("columns", () => {
  test.each<[string, Column<never>, unknown, unknown]>([
    ["text", text(3, self), "abc", "abc"],
    ["text counts characters, not units of UTF-16", text(2, self), "🎉🎉", "🎉🎉"],
    ["text is well-formed", text(5, self), "a\uD800", "a\uFFFD"],
    ["integer", integer(self), 9007199254740991, "9007199254740991"],
    ["integer from a bigint", integer(self), -(2n ** 63n), "-9223372036854775808"],
    ["decimal from text", decimal(6, 2, self), "-1234.50", "-1234.50"],
    ["decimal from a number", decimal(6, 2, self), 0.1, "0.1"],
    ["decimal without whole part", decimal(2, 2, self), "0.25", "0.25"],
    ["decimal with zeros to spare", decimal(3, 1, self), "0012.500", "0012.500"],
    ["datetime from text", datetime(self), "2025-02-28T22:15:00.5-05:00", "2025-03-01 03:15:00.500"],
    ["datetime from a Date", datetime(self), new Date(0), "1970-01-01 00:00:00.000"],
    ["boolean true", boolean(self), true, 1],
    ["boolean false", boolean(self), false, 0],
    ["json", json(self), { a: [1] }, '{"a":[1]}'],
    ["nothing", text(3, self), undefined, null],
    ["null", json(self), null, null],
    ["an empty text is no null", text(3, self), "", ""],
  ])("%s", (_what, column, value, expected) => {
    expect(cell(column, value)).toBe(expected);
  });

  test.each<[string, Column<never>, unknown, RegExp]>([
    ["text that is too long", text(3, self), "abcd", /4 characters where 3 fit/],
    ["a fraction", integer(self), 1.5, /no whole number/],
    ["a number that is not exact any more", integer(self), 2 ** 53, /not exact/],
    ["a bigint over 64 bits", integer(self), 2n ** 63n, /64 bits/],
    ["a decimal that would be rounded", decimal(6, 2, self), "0.125", /without rounding/],
    ["a decimal that is too large", decimal(6, 2, self), "12345", /does not fit/],
    ["an exponent", decimal(30, 2, self), 1e21, /no decimal/],
    ["no number", decimal(6, 2, self), Number.NaN, /no decimal/],
    ["a time without offset", datetime(self), "2025-02-28T22:15:00", /offset/],
    ["a day alone", datetime(self), "2025-02-28", /offset/],
    ["no time", datetime(self), new Date(Number.NaN), /years/],
    ["a time that MySQL does not know", datetime(self), "0999-12-31T23:59:59Z", /years/],
    ["nothing where something is required", text(3, self, { required: true }), undefined, /required/],
  ])("%s is refused", (_what, column, value, message) => {
    expect(() => cell(column, value)).toThrow(message);
  });

  test.each([
    () => text(0, self),
    () => text(16_001, self),
    () => text(1.5, self),
    () => decimal(0, 0, self),
    () => decimal(66, 2, self),
    () => decimal(2, 3, self),
    () => decimal(40, 31, self),
  ])("a size that MySQL has not is refused when defined: %s", (define) => {
    expect(define).toThrow(TypeError);
  });
});

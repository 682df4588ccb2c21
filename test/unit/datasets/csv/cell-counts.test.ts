import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CODE, classOf, DATE, NUMBER, TEXT } from "../../../../engine/datasets/csv/classify.ts";
import { load } from "./whole-file.ts";

const NAMES = ["text", "number", "date", "code"];
const kindOf = (cell: string): string | undefined => NAMES[classOf(Buffer.from(cell), 0, cell.length)];

describe("a cell is", () => {
  it.each("0|7|-7|0.5|-0|-0.50|10|7.2500|99999999999999999999999999999999999".split("|"))(
    "a number: %s",
    (cell) => expect(kindOf(cell)).toBe("number"),
  );

  it.each("007|00|-01|00.5|123456789012345678901234567890123456".split("|"))("a code: %s", (cell) => {
    expect(kindOf(cell)).toBe("code");
  });

  it.each(
    "2020-06-01|2020-06-31|2020-06-01T12:30|2020-06-01T12:30Z|2020-06-01T12:30:59|2020-06-01T23:59:59.123456Z|2020-06-01 00:00:00.1".split(
      "|",
    ),
  )("a date: %s", (cell) => expect(kindOf(cell)).toBe("date"));

  it.each(
    (
      "a|-|.5|5.|1.2.3|1e5|+1|1,5| 1|1 |--1|1-|0x1f|1.1234567890123456789012345678901|A/5|" +
      "2020-6-01|2020-13-01|2020-00-01|2020-01-00|2020-01-32|20200-01-01|-2020-01-01|-060-06-30|2020-01-01Z|2020-01-01T|" +
      "2020-01-01T24:00|2020-01-01T12:60|2020-01-01T12:30:60|2020-01-01T12:30:|2020-01-01T12:30:00.|" +
      "2020-01-01T12:30:00.1234567|2020-01-01t12:30|2020-01-01T12:30z|2020-01-01T1230|2020-01-01T12x30|2020-/1-01|2020-:1-01|2020/01/01|2020-01-0a|" +
      "2020-01-01T12:30ZZ|2020-01-01T12:30:00+02:00|2020-01-01T12:30.5"
    ).split("|"),
  )("text: %s", (cell) => expect(kindOf(cell)).toBe("text"));

  it("what patterns say that it is", () => {
    const number = /^-?(?:0|[1-9]\d{0,34})(?:\.\d{1,30})?$/;
    const code = /^-?(?:0\d+|\d{36,})(?:\.\d{1,30})?$/;
    const date =
      /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?Z?)?$/;
    const pieces = "0|1|9|00|-|.|:|T|Z| |2020-06-01|12:30|0123456789012345678901234567|x|-06|-31".split("|");
    const cell = fc
      .array(fc.constantFrom(...pieces), { minLength: 1, maxLength: 8 })
      .map((some) => some.join(""));
    fc.assert(
      fc.property(cell, (cell) => {
        const expected = number.test(cell) ? NUMBER : code.test(cell) ? CODE : date.test(cell) ? DATE : TEXT;
        expect(kindOf(cell)).toBe(NAMES[expected]);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe("the cells of a column", () => {
  it("are counted by what they hold, with quotes or without; empty ones are not filled", async () => {
    const { parsed } = await load('a,b\n1,"2"\n,""\nx,"2020-06-01"\n007,"x ""y"""\n-1.5,NULL\n');
    expect(parsed[0]?.cells).toEqual([
      { filled: 4, numbers: 2, dates: 0, codes: 1 },
      { filled: 4, numbers: 1, dates: 1, codes: 0 },
    ]);
  });

  it("are counted in rows alone", async () => {
    const { parsed } = await load('a,b\n1,2\n1\n1,"2\n1,\0\n', { key: [0] });
    expect(parsed[0]?.cells).toEqual([
      { filled: 1, numbers: 1, dates: 0, codes: 0 },
      { filled: 1, numbers: 1, dates: 0, codes: 0 },
    ]);
  });
});

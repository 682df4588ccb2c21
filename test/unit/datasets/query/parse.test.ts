import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BadQueryError } from "../../../../engine/datasets/query/bad-query-error.ts";
import { parseAsked } from "../../../../engine/datasets/query/parse.ts";
import type { DatasetColumn } from "../../../../engine/datasets/dataset.ts";

const column = (name: string, kind: "numbers" | "dates" | "none" = "none"): DatasetColumn => ({
  name,
  header: name,
  cells: { filled: 10, numbers: 0, dates: 0, codes: 0, ...(kind === "none" ? {} : { [kind]: 10 }) },
});
const COLUMNS = [
  column("Name"),
  column("Fare", "numbers"),
  column("Boarded", "dates"),
  column("a,b:c"),
  column("x:desc"),
];

const parse = (query: string): ReturnType<typeof parseAsked> =>
  parseAsked(new URLSearchParams(query), COLUMNS, 1_000);

const issuesOf = (work: () => unknown): readonly { path: string; message: string }[] => {
  try {
    work();
  } catch (error) {
    if (error instanceof BadQueryError) return error.issues;
    throw error;
  }
  return [];
};
const issues = (query: string): ReturnType<typeof issuesOf> => issuesOf(() => parse(query));

describe("a filter", () => {
  test("is equality without an operator, and the operators are those of the documentation", () => {
    expect(parse("name=Braund&NAME=like:B:x&Fare=gte:7").filters).toEqual([
      { column: "Name", operator: "eq", operands: ["Braund"] },
      { column: "Name", operator: "like", operands: ["B:x"] },
      { column: "Fare", operator: "gte", operands: ["7"] },
    ]);
  });

  test("takes what is no small word before a colon for characters", () => {
    for (const text of ["12:30", "Eq:x", "a1:x", ":x", "no operator: x"]) {
      expect(parse(`name=${text}`).filters).toEqual([{ column: "Name", operator: "eq", operands: [text] }]);
    }
    expect(issues("name=http://x")[0]?.message).toMatch(/"http:" is no operator .*"eq:http:\/\/x"/);
  });

  test("of a number or a date takes one, where it asks for more or less", () => {
    expect(issues("Fare=lt:1e3")[0]?.message).toMatch(/takes a number, not "1e3"/);
    expect(issues("Boarded=gte:yesterday")[0]?.message).toMatch(/takes a date like 2020-06-01/);
    expect(issues("Fare=unknown&Fare=neq:unknown&Name=lt:unknown")).toEqual([]);
  });

  test("of a list takes 1,000 values", () => {
    expect(parse(`name=in:${Array(1_000).fill("x").join()}`).filters[0]?.operands.length).toBe(1_000);
    expect(issues(`name=in:${Array(1_001).fill("x").join()}`)[0]?.message).toMatch(/at most 1000/);
  });
});

describe("order, columns and limit", () => {
  test("names may hold what stands between them", () => {
    // What is the same in all rows orders none of them.
    expect(parse("name=Braund&sort=fare:desc,name").sort).toEqual([{ column: "Fare", descending: true }]);
    expect(parse("sort=a\\,b:c:desc,x:desc:asc,fare").sort).toEqual([
      { column: "a,b:c", descending: true },
      { column: "x:desc", descending: false },
      { column: "Fare", descending: false },
    ]);
    expect(parse("fields=a\\,b:c,FARE").fields).toEqual(["a,b:c", "Fare"]);
  });

  test("the limit is how many to show, or how many to leave out and to show", () => {
    expect(parse("limit=5")).toMatchObject({ skip: 0, take: 5 });
    expect(parse("limit=10,5")).toMatchObject({ skip: 10, take: 5 });
    expect(parse("")).toMatchObject({ skip: 0, take: undefined, fields: undefined, cursor: undefined });
    for (const limit of ["", "5,", ",5", "1e3", " 5", "5.0", "9999999999999999", "0x5", "٣"]) {
      expect(issues(`limit=${encodeURIComponent(limit)}`)).toMatchObject([{ path: "limit" }]);
    }
  });
});

test("whatever is sent is read, or refused with few reasons that are short", () => {
  const text = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom("in:", "null:", "a,b", "name:desc", "5,5"),
  );
  const name = fc.oneof(fc.constantFrom("limit", "sort", "fields", "cursor", "name", "FARE"), text);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 40 }), (parameters) => {
      const found = issuesOf(() => parseAsked(parameters, COLUMNS, 1_000));
      expect(found.length).toBeLessThanOrEqual(25);
      for (const { message } of found) expect(message.length).toBeLessThan(700);
    }),
  );
});

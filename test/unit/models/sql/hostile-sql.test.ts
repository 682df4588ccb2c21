import { expect, it } from "vitest";
import { HOSTILE_SQL } from "../../../fixtures/hostile-sql.ts";
import { faultsOf } from "./faults-of.ts";

it.each(HOSTILE_SQL)("a file with $name is refused, with its line and a reason", ({ sql, line, reason }) => {
  expect(faultsOf(sql)).toEqual([{ line, reason: expect.stringMatching(reason) }]);
});

it("no two hostile files have one name", () => {
  expect(new Set(HOSTILE_SQL.map(({ name }) => name)).size).toBe(HOSTILE_SQL.length);
});

import { expect, it } from "vitest";
import { faultsOf } from "./faults-of.ts";

const reasonOf = (drop: string): string | undefined =>
  faultsOf(`CREATE TABLE t (a INT); CREATE VIEW v AS SELECT 1; ${drop}`)[0]?.reason;

it.each([
  "DROP TABLE t",
  "DROP TABLE IF EXISTS t, `T`",
  "DROP VIEW IF EXISTS v CASCADE",
  "DROP INDEX i ON t",
])("what the file made may go: %s", (drop) => {
  expect(reasonOf(drop)).toBeUndefined();
});

it.each([
  ["DROP TABLE other", /makes "other"/],
  ["DROP TABLE t, other", /makes "other"/],
  ["DROP INDEX i ON other", /makes "other"/],
  ["DROP TABLE t v", /"v" may not stand here/],
  ["DROP INDEX i ON t LOCK = NONE", /"LOCK" may not stand here/],
  ["DROP TEMPORARY TABLE t", /^DROP TEMPORARY /],
  ["DROP TRIGGER g", /^DROP TRIGGER /],
  ["DROP", /DROP is for TABLE, VIEW and INDEX alone/],
])("nothing else may: %s", (drop, reason) => {
  expect(reasonOf(drop)).toMatch(reason);
});

import { expect, it } from "vitest";
import { faultsOf } from "./faults-of.ts";

const reasonOf = (insert: string): string | undefined =>
  faultsOf(`CREATE TABLE t (a INT, b INT); ${insert}`)[0]?.reason;

it.each([
  "INSERT INTO t VALUES (1, 2)",
  "INSERT IGNORE INTO t (a, `b`) VALUES (1, DEFAULT), (NULL, -2.5)",
  "INSERT INTO t VALUE (NOW(), UPPER('a') )",
  "INSERT INTO t VALUES ()",
  "INSERT INTO t (a) VALUES ((1 + 2) * 3)",
])("rows that are written out pass: %s", (insert) => {
  expect(reasonOf(insert)).toBeUndefined();
});

it.each([
  ["INSERT t VALUES (1)", /INTO is wanted/],
  ["INSERT INTO t", /has VALUES/],
  ["INSERT INTO t VALUES", /\( is wanted/],
  ["INSERT INTO t VALUES 1", /\( is wanted/],
  ["INSERT INTO t VALUES (1),", /\( is wanted/],
  ["INSERT INTO t VALUES (1 2)", /"2" may not/],
  ["INSERT INTO t VALUES (a)", /values alone, without columns/],
  ["INSERT INTO t VALUES (`a`)", /values alone/],
  ["INSERT INTO t VALUES ('it's')", /"s" may not stand here/],
  ["INSERT INTO t SET a = 1", /has VALUES/],
  ["INSERT INTO t TABLE u", /has VALUES/],
  ["INSERT INTO t (SELECT 1)", /"SELECT" is a word of SQL/],
  ["INSERT INTO t VALUES (1) AS n", /"AS" may not/],
  ["INSERT DELAYED INTO t VALUES (1)", /INTO is wanted/],
  ["INSERT INTO t PARTITION (p) VALUES (1)", /has VALUES/],
  ["INSERT INTO t VALUES ROW (1)", /\( is wanted/],
  ["INSERT INTO u VALUES (1)", /makes "u": CREATE it first/],
  ["INSERT INTO t VALUES (DEFAULT(a))", /may not stand here/],
])("other rows are refused: %s", (insert, reason) => {
  expect(reasonOf(insert)).toMatch(reason);
});

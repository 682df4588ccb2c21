import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { checkModelSql } from "../../../../engine/models/sql/check.ts";
import { faultsOf } from "./faults-of.ts";

const SHOP = readFileSync(new URL("shop.sql", import.meta.url), "utf8");

describe("a model's .sql", () => {
  it("passes with tables, keys, views and rows as people write them", () => {
    const statements = checkModelSql(SHOP);
    expect(Object.groupBy(statements, ({ kind }) => kind)).toMatchObject({
      "create table": { length: 12 },
      "create view": { length: 5 },
      "create index": { length: 2 },
      "alter table": { length: 4 },
      insert: { length: 4 },
      drop: { length: 3 },
    });
  });

  it("gives each statement as it stands, with its line, without what is around it", () => {
    const sql = [
      "\uFEFF-- first",
      "CREATE TABLE `a b` (x INT -- inner",
      "  ); create table c (y int) /* behind */ ;",
      ";; # nothing",
      "insert into C values (';', 'x;y');",
      "DROP TABLE c",
      "-- last",
    ].join("\r\n");
    expect(checkModelSql(sql)).toEqual([
      { kind: "create table", name: "a b", line: 2, text: "CREATE TABLE `a b` (x INT -- inner\r\n  )" },
      { kind: "create table", name: "c", line: 3, text: "create table c (y int)" },
      { kind: "insert", name: "C", line: 5, text: "insert into C values (';', 'x;y')" },
      { kind: "drop", name: "c", line: 6, text: "DROP TABLE c" },
    ]);
  });

  it("may have views of views, as long as they do not double their tables without end", () => {
    const doubling = (levels: number): string =>
      Array.from(
        { length: levels },
        (_, n) => `CREATE VIEW v${n + 1} AS SELECT a.x FROM v${n} a JOIN v${n} b ON a.x = b.x;`,
      )
        .join("\n")
        .replaceAll("v0 ", "t ");
    expect(faultsOf(`CREATE TABLE t (x INT);\n${doubling(7)}`)).toEqual([]);
    expect(faultsOf(`CREATE TABLE t (x INT);\n${doubling(8)}`)).toEqual([
      { line: 9, reason: expect.stringContaining("comes to 256 tables") as string },
    ]);
  });

  it("does not make much of little in its rows", () => {
    for (const sql of [
      "CREATE TABLE t (x TEXT); INSERT INTO t VALUES (REPEAT('a', 4000000))",
      "CREATE TABLE t (x TEXT DEFAULT (SPACE(4000000)))",
      "CREATE TABLE t (x TEXT, y TEXT AS (RPAD(x, 4000000, 'a')))",
    ]) {
      expect(faultsOf(sql)).toEqual([
        { line: 1, reason: expect.stringMatching(/REPEAT|SPACE|RPAD/) as string },
      ]);
    }
  });

  it("may be long in any one statement", () => {
    const many = Array.from({ length: 200_000 }, () => "a").join();
    expect(faultsOf(`CREATE TABLE a (x INT); DROP TABLE ${many}`)).toEqual([]);
  });

  it("is told all that is wrong, in the order of its lines", () => {
    const sql =
      "USE a;\nCREATE TABLE t (a INT);\n\nGRANT x;\nDROP TABLE other;\nINSERT INTO t VALUES (SLEEP(1)); SHOW x";
    expect(faultsOf(sql)).toEqual([
      { line: 1, reason: expect.stringMatching(/^USE /) },
      { line: 4, reason: expect.stringMatching(/^GRANT /) },
      { line: 5, reason: expect.stringMatching(/makes "other"/) },
      { line: 6, reason: expect.stringMatching(/SLEEP/) },
      { line: 6, reason: expect.stringMatching(/^SHOW /) },
    ]);
  });

  it("is told at most 50 faults", () => {
    expect(faultsOf("USE a;\n".repeat(60)).at(-1)?.line).toBe(50);
  });

  it("does not miss a table whose own statement is wrong", () => {
    expect(faultsOf("CREATE TABLE t (a NOTHING);\nINSERT INTO t VALUES (1);")).toMatchObject([{ line: 1 }]);
  });

  it("may use a table under the name that it was given later, in any case, and lead to tables that come later", () => {
    const sql = `CREATE TABLE a (x INT REFERENCES c (x)); ALTER TABLE a RENAME TO b; INSERT INTO B VALUES (1);
      CREATE TABLE c (x INT PRIMARY KEY)`;
    expect(faultsOf(sql)).toEqual([]);
  });

  it("ends for the check where DELIMITER changes the ends of statements", () => {
    expect(faultsOf("DELIMITER ;;\nUSE a;;\nUSE b;;")).toMatchObject([{ line: 1 }]);
  });

  it.each(["", "\uFEFF", " \n;;;\n", "-- nothing", "/* nothing */"])(
    "has at least one statement: not %j",
    (sql) => {
      expect(faultsOf(sql)).toEqual([{ line: 1, reason: expect.stringMatching(/has no statement/) }]);
    },
  );

  it("has at most 2,000 statements", () => {
    const one = "CREATE TABLE t (a INT);\n";
    expect(checkModelSql(one.repeat(2_000))).toHaveLength(2_000);
    expect(faultsOf(one.repeat(2_001))).toEqual([
      { line: 2_001, reason: "a file has at most 2,000 statements" },
    ]);
  });

  it("has at most 1 MiB of UTF-8", () => {
    const filled = (bytes: number): string => `CREATE TABLE t (a INT)-- ${"ä".repeat((bytes - 25) / 2)}`;
    expect(checkModelSql(filled(1024 * 1024 + 1 - 2))).toHaveLength(1);
    expect(faultsOf(filled(1024 * 1024 + 1))).toEqual([
      { line: 1, reason: expect.stringMatching(/^is larger than 1 MiB/) },
    ]);
  });
});

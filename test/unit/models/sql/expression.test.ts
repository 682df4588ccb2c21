import { describe, expect, it } from "vitest";
import { AGGREGATES, FOR_DEFAULTS, SCALARS, WINDOWED } from "../../../../engine/models/sql/functions.ts";
import { faultsOf } from "./faults-of.ts";

const inView = (expression: string): string => `CREATE VIEW v AS SELECT ${expression} AS a FROM t`;
const inCheck = (expression: string): string => `CREATE TABLE t (a INT, CHECK (${expression}))`;
const inRow = (expression: string): string => `CREATE TABLE t (a INT); INSERT INTO t VALUES (${expression})`;
const inDefault = (expression: string): string => `CREATE TABLE t (a INT, b INT DEFAULT (${expression}))`;
const reasonOf = (sql: string): string | undefined => faultsOf(sql)[0]?.reason;

describe("an expression", () => {
  it.each([
    "a + -b * ~c - !d",
    "a AND NOT b OR c XOR d && e",
    "a IS NOT NULL = (b IS UNKNOWN)",
    "`a b`.`c d` <=> t.c",
    "(1, 2) = (a, b)",
    "a NOT BETWEEN 1 AND 2 AND b BETWEEN (1 AND 2) AND 3",
    "a LIKE '%x' ESCAPE '!' AND b NOT REGEXP 'y'",
    "BINARY a = 'b' COLLATE utf8mb4_bin",
    "a = ANY (SELECT 1) OR b > ALL (SELECT 2)",
    "EXISTS (SELECT 1) + (SELECT 2)",
    "((SELECT 1)) + ((SELECT 1) + 2)",
    "a IN ((SELECT 1) UNION (SELECT 2))",
    "CASE a WHEN 1 THEN 2 ELSE 3 END",
    "CASE WHEN a THEN 1 END",
    "a + INTERVAL 1 + 1 DAY",
    "INTERVAL '1:2' HOUR_MINUTE + a",
    "DATE '2026-01-01'",
    "date",
    "CAST(a AS UNSIGNED INTEGER) + CAST(b AS CHAR(3) CHARSET utf8mb4)",
    "CONVERT(a, DECIMAL(1, 2))",
    "CONVERT(a USING utf8mb4)",
    "CHAR(65 USING ascii)",
    "TRIM(a)",
    "TRIM(LEADING FROM a)",
    "TRIM('x' FROM a)",
    "SUBSTR(a FROM 1)",
    "MID(a, 1, 2)",
    "IF (a, 1, 2)",
    "now()",
    "NOW ( 3 )",
    "CURRENT_TIMESTAMP",
    "UTC_DATE",
    "COUNT(*)",
    "COUNT(DISTINCT a, b)",
    "SUM(DISTINCT a)",
    "GROUP_CONCAT(a, b ORDER BY c, d DESC SEPARATOR '')",
    "EXTRACT(DAY_HOUR FROM a)",
    "TIMESTAMPADD(WEEK, 1, a)",
    "RANK() OVER w",
    "SUM(a) OVER ()",
    "SUM(a) OVER (w ORDER BY b RANGE UNBOUNDED PRECEDING)",
    "SUM(a) OVER (ORDER BY b ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)",
    "SUM(a) OVER (ORDER BY b RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW)",
    "_utf8mb4'a' 'b'",
    "x'00'",
    "0xFF",
    "b'1'",
    "N'a'",
    "TRUE",
    "NULL",
  ])("passes in a view: %s", (expression) => {
    expect(reasonOf(inView(expression))).toBeUndefined();
  });

  it.each([
    ["a ||  b", /CONCAT or OR/],
    ["a->'$.b'", /JSON_EXTRACT/],
    ["a.b.c", /"a\.b" names another schema/],
    ["a.b(1)", /"a\.b" names another schema/],
    ["select", /"select" may not stand here: a value is wanted/],
    ["a b", /"AS" may not stand here/],
    ["a NOT NULL", /IN, BETWEEN, LIKE/],
    ["CAST(a AS JSON)", /"JSON" is no type/],
    ["CAST(a, CHAR)", /AS is wanted/],
    ["COUNT()", /a value is wanted/],
    ["SUM(*)", /"\*" may not stand/],
    ["UPPER(DISTINCT a)", /"DISTINCT" may not stand/],
    ["a + INTERVAL 1 CENTURY", /a unit is wanted/],
    ["CASE END", /WHEN is wanted/],
    ["CASE a END", /WHEN is wanted/],
    ["(a", /\) is wanted/],
    ["a)", /may not stand here/],
    ["a IN ()", /a value is wanted/],
    ["a IN b", /\( is wanted/],
    ["a IS 1", /NULL or TRUE/],
    ["UPPER(a) OVER w", /"OVER" may not stand/],
    ["SUM(a) OVER (ROWS 1)", /PRECEDING or FOLLOWING/],
    ["GROUP_CONCAT(a SEPARATOR b)", /a text in quotes/],
    ["DEFAULT", /a value is wanted/],
    ["toString(a)", /the function "TOSTRING"/],
    ["__proto__(a)", /the function "__PROTO__"/],
    ["constructor(a)", /the function "CONSTRUCTOR"/],
    ["1 2", /"2" may not stand here/],
  ])("is refused in a view: %s", (expression, reason) => {
    expect(reasonOf(inView(expression))).toMatch(reason);
  });

  it("calls functions of rows, of groups and of windows in views", () => {
    for (const name of [...SCALARS, ...AGGREGATES, ...WINDOWED]) {
      expect(reasonOf(inView(`${name}(`))).not.toMatch(/function/);
    }
    for (const name of FOR_DEFAULTS)
      expect(reasonOf(inView(`${name}()`))).toBe(`the function ${name} may not stand in a view`);
  });

  it("calls functions of one row alone in tables and rows", () => {
    for (const place of [inCheck, inRow, inDefault]) {
      expect(reasonOf(place("UPPER('a')"))).toBeUndefined();
      for (const name of [...AGGREGATES, ...WINDOWED]) {
        expect(reasonOf(place(`${name}(a)`))).toMatch(`the function ${name} may not stand in`);
      }
    }
  });

  it("makes a UUID in a default alone, with brackets around it or without", () => {
    expect(reasonOf(inDefault("UUID()"))).toBeUndefined();
    expect(reasonOf("CREATE TABLE t (a CHAR(36) DEFAULT UUID() NOT NULL)")).toBeUndefined();
    for (const place of [inCheck, inRow, inView])
      expect(reasonOf(place("UUID()"))).toMatch(/^the function UUID may not stand in/);
  });

  it("reads columns where a row has some", () => {
    expect(reasonOf(inCheck("a > 0"))).toBeUndefined();
    expect(reasonOf(inDefault("a + 1"))).toBeUndefined();
    expect(reasonOf(inRow("a"))).toMatch(/VALUES has values alone/);
    expect(reasonOf("CREATE TABLE t (a INT, b INT DEFAULT a)")).toMatch(/a default has values alone/);
  });

  it("searches texts in views alone", () => {
    expect(reasonOf(inView("MATCH (a, t.b) AGAINST ('x' IN NATURAL LANGUAGE MODE)"))).toBeUndefined();
    expect(reasonOf(inView("MATCH (a) AGAINST (b)"))).toMatch(/a text in quotes/);
    expect(reasonOf(inCheck("MATCH (a) AGAINST ('x')"))).toMatch(/MATCH may not stand in a CHECK/);
  });

  it("is as deep, as long and as signed as servers bear", () => {
    const deep = (levels: number): string => inCheck(`${"(".repeat(levels)}1${")".repeat(levels)}`);
    expect(reasonOf(deep(30))).toBeUndefined();
    expect(reasonOf(deep(64))).toMatch(/nested more than 64 deep/);
    expect(reasonOf(inCheck(`1${" + 1".repeat(1_000)}`))).toBeUndefined();
    expect(reasonOf(inCheck(`1${" + 1".repeat(1_001)}`))).toMatch(/more than 1000 operators/);
    expect(reasonOf(inCheck(`${"- ".repeat(16)}1`))).toBeUndefined();
    expect(reasonOf(inCheck(`${"- ".repeat(17)}1`))).toMatch(/more than 16 signs/);
  });
});

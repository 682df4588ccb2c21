import { describe, expect, it } from "vitest";
import { faultsOf } from "./faults-of.ts";

const reasonOf = (query: string): string | undefined => faultsOf(`CREATE VIEW v AS ${query}`)[0]?.reason;

describe("a view's SELECT", () => {
  it.each([
    "SELECT 1",
    "SELECT *",
    "SELECT DISTINCT a, t.*, `t`.* FROM t",
    "SELECT a b, c AS d FROM t AS x, u y",
    "(SELECT 1)",
    "((SELECT 1) LIMIT 1)",
    "SELECT 1 FROM DUAL",
    "SELECT 1 FROM a JOIN b",
    "SELECT 1 FROM a JOIN b USING (c, d) INNER JOIN e ON f CROSS JOIN g STRAIGHT_JOIN h ON i",
    "SELECT 1 FROM a LEFT OUTER JOIN b ON c RIGHT JOIN d USING (e)",
    "SELECT 1 FROM a NATURAL JOIN b NATURAL RIGHT OUTER JOIN c NATURAL INNER JOIN d",
    "SELECT 1 FROM (a, b) JOIN (c LEFT JOIN d ON e) ON f",
    "SELECT 1 FROM (SELECT 1) x",
    "SELECT 1 FROM ((SELECT 1)) x",
    "SELECT 1 FROM ((SELECT 1) UNION (SELECT 2)) AS x",
    "SELECT 1 FROM ((SELECT 1) x, y)",
    "SELECT a FROM t WHERE b GROUP BY c, d + 1 WITH ROLLUP HAVING e ORDER BY f DESC, 2 ASC LIMIT 1, 2",
    "SELECT 1 FROM t WINDOW w AS (ORDER BY a), x AS (w)",
    "WITH a AS (SELECT 1), b (c, d) AS (SELECT 1, 2 UNION ALL SELECT 3, 4) SELECT * FROM a, b LIMIT 1 OFFSET 2",
    "SELECT 1 UNION SELECT 2 EXCEPT SELECT 3 INTERSECT DISTINCT (SELECT 4) ORDER BY 1",
    "SELECT 1 UNION (WITH a AS (SELECT 1) SELECT * FROM a)",
  ])("passes: %s", (query) => {
    expect(reasonOf(query)).toBeUndefined();
  });

  it.each([
    ["SELECT", /a value is wanted/],
    ["SELECT a FROM", /a table's or view's name is wanted/],
    ["SELECT 1 FROM (SELECT 1)", /an alias for the SELECT in FROM is wanted/],
    ["SELECT 1 AS 'a'", /an alias is a name: put it in backticks/],
    ["SELECT 1 AS order", /"order" is a word of SQL/],
    ["SELECT 1 FROM a LEFT JOIN b", /ON or USING/],
    ["SELECT 1 LIMIT a", /LIMIT is a whole number/],
    ["SELECT 1 LIMIT -1", /LIMIT is a whole number/],
    ["SELECT a.b.* FROM t", /"a\.b" names another schema/],
    ["SELECT SQL_CALC_FOUND_ROWS 1", /"SQL_CALC_FOUND_ROWS" may not stand/],
    ["SELECT 1 FROM t PARTITION (p)", /"PARTITION" may not stand/],
    ["SELECT 1 FROM t USE INDEX (i)", /"USE" may not stand/],
    ["SELECT 1 FROM t FOR SYSTEM_TIME ALL", /"FOR" may not stand/],
    ["SELECT 1 FROM LATERAL (SELECT 1) x", /"LATERAL" is a word of SQL/],
    ["SELECT 1 ORDER BY 1 UNION SELECT 2", /"UNION" may not stand/],
    ["VALUES (1)", /SELECT is wanted/],
    ["TABLE t", /SELECT is wanted/],
    ["SELECT 1 WITH CHECK OPTION", /"WITH" may not stand/],
    ["WITH a AS (DELETE FROM t) SELECT 1", /SELECT is wanted/],
    ["SELECT 1 FROM t TABLESAMPLE (1)", /"TABLESAMPLE" may not stand/],
    ["SELECT 1 UNION", /ends too early: SELECT is wanted/],
    ["SELECT ALL DISTINCT 1", /"DISTINCT" may not stand/],
  ])("is refused: %s", (query, reason) => {
    expect(reasonOf(query)).toMatch(reason);
  });

  it("may have a view's columns, algorithm and its reader's rights before it", () => {
    const before =
      "CREATE OR REPLACE ALGORITHM = TEMPTABLE SQL SECURITY INVOKER VIEW v (a, `b c`) AS SELECT 1, 2";
    expect(faultsOf(before)).toEqual([]);
    expect(faultsOf(before.replace("TEMPTABLE", "OTHER"))).toMatchObject([
      { reason: expect.stringMatching(/UNDEFINED or MERGE/) },
    ]);
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ModelDesk, openModelDesk } from "./model-database-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

let mysql: MysqlServer;
let desk: ModelDesk;
beforeAll(async () => {
  mysql = await mysqlServer();
});
afterAll(() => mysql.stop());
beforeEach(async () => {
  desk = await openModelDesk(mysql.url);
});

const TABLE =
  "CREATE TABLE t (id INT PRIMARY KEY, v VARCHAR(20)); INSERT INTO t VALUES (1, 'one'), (2, 'two');";

describe("views of a file", () => {
  it("are made in whatever order they read each other", async () => {
    const file = `${TABLE}
      CREATE VIEW z AS SELECT id, v FROM t;
      CREATE VIEW m AS SELECT id FROM z WHERE v LIKE 'o%';
      CREATE VIEW a AS SELECT COUNT(*) AS n FROM m JOIN z USING (id)`;
    expect(await desk.changes(file)).toContain("create view a");
    expect(await desk.sql("SELECT n FROM a")).toEqual([[1]]);
    const turned = `${TABLE}
      CREATE VIEW a AS SELECT id, v FROM t;
      CREATE VIEW m AS SELECT id FROM a;
      CREATE VIEW z AS SELECT COUNT(*) AS n FROM m JOIN a USING (id)`;
    expect(await desk.changes(turned)).toEqual(["change view a", "change view m", "change view z"]);
    expect(await desk.sql("SELECT n FROM z")).toEqual([[2]]);
    expect(await desk.changes(turned)).toEqual([]);
  });

  it("read with the rights of who asks, and name no other database", async () => {
    await desk.apply(`${TABLE} CREATE VIEW seen AS SELECT t.v, 'lit' AS l FROM t`);
    const [[, text] = []] = await desk.sql("SHOW CREATE VIEW seen");
    expect(text).toMatch(/SQL SECURITY INVOKER VIEW `seen` AS select/);
    expect(text).not.toMatch(/caudal_scratch|bm_shop/);
    const reader = await desk.user("reader");
    const [rows] = await reader.query("SELECT * FROM seen");
    expect(rows).toEqual([
      { v: "one", l: "lit" },
      { v: "two", l: "lit" },
    ]);
  });

  it("take the place of tables, and tables that of views", async () => {
    await desk.apply(`${TABLE} CREATE VIEW x AS SELECT id FROM t; CREATE TABLE y (id INT)`);
    expect(await desk.changes(`${TABLE} CREATE TABLE x (id INT); CREATE VIEW y AS SELECT id FROM t`)).toEqual(
      ["drop view x", "drop table y", "create table x", "create view y"],
    );
  });

  it("stay what they are when the same file comes again", async () => {
    const file = `${TABLE}
      CREATE ALGORITHM=MERGE VIEW v1 AS SELECT id, CASE WHEN v LIKE '%o%' THEN 'a' ELSE N'b' END AS c FROM t WHERE id IN (1, 2, 3) AND NOT (v = 'x');
      CREATE VIEW v2 (one, two) AS SELECT id, (SELECT MAX(v) FROM t AS i WHERE i.id <> o.id) FROM t AS o ORDER BY v DESC LIMIT 5;
      CREATE VIEW v3 AS SELECT id, ROW_NUMBER() OVER (PARTITION BY v ORDER BY id) AS n FROM t UNION ALL SELECT 1, 2;
      CREATE VIEW v4 AS WITH w AS (SELECT id, v FROM t) SELECT w.v, COUNT(DISTINCT w.id) AS n, GROUP_CONCAT(w.v ORDER BY w.id SEPARATOR ', ') AS g
        FROM w LEFT JOIN (t AS l JOIN t AS r ON l.id = r.id) ON w.id = l.id GROUP BY w.v HAVING n > 0;
      CREATE VIEW v5 AS SELECT DATE_ADD('2026-01-01', INTERVAL id DAY) AS d, CAST(id AS CHAR(5)) AS c, v COLLATE utf8mb4_bin AS b, -id AS m, id DIV 2 AS q FROM t;
      CREATE VIEW v6 AS SELECT * FROM (SELECT v FROM t GROUP BY v) AS d WHERE EXISTS (SELECT 1 FROM t WHERE t.v = d.v)`;
    await desk.apply(file);
    expect(await desk.changes(file)).toEqual([]);
  });
});

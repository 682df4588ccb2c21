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

const META = {
  lastRun: "run-1",
  lastStatus: "succeeded",
  from: "2026-05-01T00:00:00.000Z",
  to: "2026-05-02T00:00:00.250Z",
  coveredTo: "2026-05-02T00:00:00.250Z",
  rows: 12,
  name: "shop's",
};

describe("a model's view _meta", () => {
  it("is there with the tables, empty before the first run", async () => {
    await desk.apply("CREATE TABLE t (a INT)");
    expect(await desk.sql("SELECT * FROM _meta")).toEqual([]);
  });

  it("says what was written last, and how old the data are", async () => {
    await desk.apply("CREATE TABLE t (a INT)");
    await desk.server.writeMeta(desk.place, { ...META, lastRun: null, from: null, to: null, rows: null });
    await desk.server.writeMeta(desk.place, META);
    const reader = await desk.user("reader");
    const [rows] = await reader.query(
      `SELECT name, last_run, last_status, CAST(window_from AS CHAR) AS f, CAST(window_to AS CHAR) AS t, rows_in_database,
       freshness_seconds - TIMESTAMPDIFF(SECOND, covered_to, UTC_TIMESTAMP(3)) AS late FROM _meta`,
    );
    expect(rows).toEqual([
      {
        name: "shop's",
        last_run: "run-1",
        last_status: "succeeded",
        f: "2026-05-01 00:00:00.000",
        t: "2026-05-02 00:00:00.250",
        rows_in_database: 12,
        late: 0,
      },
    ]);
  });

  it("can be written before there is a database, and shows its own model's row alone", async () => {
    const other = await openModelDesk(mysql.url);
    await other.server.writeMeta(other.place, META);
    await desk.server.writeMeta(desk.place, { ...META, name: "mine" });
    await desk.apply("CREATE TABLE t (a INT)");
    expect(await desk.sql("SELECT name FROM _meta")).toEqual([["mine"]]);
  });

  it("is no part of what a file is compared with", async () => {
    await desk.apply("CREATE TABLE t (a INT)");
    expect(await desk.apply("CREATE TABLE t (a INT)")).toEqual({ applied: true, changes: [] });
  });
});

describe("what is in a model's database", () => {
  it("is counted in rows and bytes", async () => {
    await desk.apply(
      "CREATE TABLE t (a INT); CREATE TABLE u (a INT); INSERT INTO t VALUES (1), (2); INSERT INTO u VALUES (1); CREATE VIEW v AS SELECT * FROM t",
    );
    expect(await desk.server.rowCount(desk.place)).toBe(3);
    const sizes = await desk.server.sizes([desk.place.database, "bm_none_aaaaaaaaaa"]);
    expect(sizes.get(desk.place.database)).toBeGreaterThan(0);
    expect(sizes.get("bm_none_aaaaaaaaaa")).toBe(0);
    expect(await desk.server.sizes([])).toEqual(new Map());
  });
});

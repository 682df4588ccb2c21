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

/** Where the server keeps what it knows of a model. */
async function traces(of: ModelDesk, by: ModelDesk): Promise<unknown[][]> {
  const like = `'%${of.place.model}%'`;
  return by.sql(`SELECT 'database' FROM information_schema.schemata WHERE schema_name LIKE ${like}
    UNION ALL SELECT 'user' FROM mysql.user WHERE User LIKE ${like}
    UNION ALL SELECT 'rights' FROM mysql.db WHERE User LIKE ${like} OR Db LIKE ${like}
    UNION ALL SELECT 'meta' FROM caudal_models.models WHERE model LIKE ${like}`);
}

describe("a model that is dropped", () => {
  it("leaves no database, user, right or word of it, nor anybody who is in it", async () => {
    const other = await openModelDesk(mysql.url);
    for (const one of [desk, other]) await one.apply("CREATE TABLE t (a INT)");
    const job = await desk.user("job");
    await desk.user("reader");
    await desk.server.writeMeta(desk.place, {
      lastRun: null,
      lastStatus: null,
      from: null,
      to: null,
      coveredTo: "2026-05-02T00:00:00.000Z",
      rows: null,
      name: "shop",
    });
    await job.query("START TRANSACTION");
    await job.query("INSERT INTO t VALUES (1)");
    expect((await traces(desk, other)).flat().map(String).toSorted()).toEqual([
      "database",
      "meta",
      "rights",
      "rights",
      "user",
      "user",
    ]);

    await desk.server.drop(desk.place);
    await desk.server.drop(desk.place);
    expect(await traces(desk, other)).toEqual([]);
    await expect(job.query("SELECT 1")).rejects.toThrow(/closed|killed|lost/i);
    expect(await other.sql("SHOW TABLES")).toContainEqual(["t"]);
  });
});

describe("what uploads left behind", () => {
  it("is dropped once it is older than an hour, and nothing else is", async () => {
    const at = (minutesAgo: number): string => (Date.now() - minutesAgo * 60_000).toString(36);
    const [old, young] = [at(61), at(59)];
    const { model } = desk.place;
    const databases = [
      `caudal_scratch_${old}_${model}`,
      `caudal_scratch_${young}_${model}`,
      `caudal_scratch_${old}_else`,
    ];
    const users = [`caudal_up_${old}_${model}`, `caudal_up_${young}_${model}`];
    await desk.apply("CREATE TABLE t (a INT)");
    for (const name of databases) await desk.sql(`CREATE DATABASE ${name}`);
    for (const name of users) await desk.sql(`CREATE USER '${name}'@'%' IDENTIFIED BY 'x'`);
    try {
      await desk.server.tidy();
      await desk.server.tidy();
      const left = await desk.sql(
        `SELECT schema_name FROM information_schema.schemata WHERE schema_name IN ('${databases.join("','")}')`,
      );
      expect(left.flat().map(String).toSorted()).toEqual(databases.slice(1).toSorted());
      const there = await desk.sql(`SELECT User FROM mysql.user WHERE User LIKE 'caudal%${model}'`);
      expect(there.flat()).toEqual(users.slice(1));
      expect(await desk.sql("SHOW TABLES")).toContainEqual(["t"]);
    } finally {
      for (const name of databases) await desk.sql(`DROP DATABASE IF EXISTS ${name}`);
      for (const name of users) await desk.sql(`DROP USER IF EXISTS '${name}'@'%'`);
    }
  });
});

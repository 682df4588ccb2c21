import { afterAll, beforeAll, describe, expect, it } from "vitest";
import mysql2 from "mysql2/promise";
import { secret } from "../../engine/define/setting.ts";
import { LeaseLostError } from "../../engine/errors/lease-lost-error.ts";
import type { Connect } from "../../engine/models/database/connections.ts";
import { withModelLock } from "../../engine/models/database/model-lock.ts";
import { connectionPool, type FullConnection } from "../../engine/mysql/pool.ts";
import { openModelDesk } from "../contract/model-database-desk.ts";
import { type MysqlServer, mysqlServer } from "../contract/mysql-server.ts";

let mysql: MysqlServer;
beforeAll(async () => {
  mysql = await mysqlServer();
});
afterAll(() => mysql.stop());

/** Two files that differ in all that an upload alters. */
const FILES = [
  `CREATE TABLE b (id INT PRIMARY KEY, a INT);
   CREATE TABLE a (id INT PRIMARY KEY, b INT, x VARCHAR(10), KEY by_x (x), FOREIGN KEY (b) REFERENCES b (id));
   ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a (id);
   CREATE TABLE old (x INT);
   INSERT INTO b VALUES (1, NULL);
   INSERT INTO a VALUES (1, 1, 'one');
   INSERT INTO old VALUES (1), (1);
   CREATE VIEW seen AS SELECT x FROM a`,
  `CREATE TABLE a (y INT, id INT PRIMARY KEY, b BIGINT, CHECK (id > 0));
   CREATE TABLE b (id BIGINT PRIMARY KEY, a INT, FOREIGN KEY (a) REFERENCES a (id) ON DELETE SET NULL);
   ALTER TABLE a ADD CONSTRAINT to_b FOREIGN KEY (b) REFERENCES b (id);
   CREATE TABLE c (n INT);
   INSERT INTO a VALUES (5, 2, NULL);
   INSERT INTO c VALUES (7), (7);
   CREATE VIEW seen AS SELECT y FROM a;
   CREATE VIEW over_it AS SELECT COUNT(*) AS n FROM seen`,
];

/** What alters nothing: to die there is to die behind what was altered last. */
const READS = /^(SELECT|SHOW|SET|USE|START) /;

/** A host that dies once it did its altering statement of that number, from 1; with 0 before the first. */
function dying(call: number): { connect: Connect; hasDied: () => boolean } {
  let calls = 0;
  const gone = (): Error => new Error("the host is gone");
  const perilous = async <T>(sql: string, statement: () => Promise<T>): Promise<T> => {
    const alters = !READS.test(sql);
    if (calls >= call && (alters || call > 0)) {
      calls += 1;
      throw gone();
    }
    const result = await statement();
    if (alters) calls += 1;
    return result;
  };
  const hands = (connection: FullConnection): FullConnection => ({
    ...connection,
    query: (sql, values) => perilous(sql, () => connection.query(sql, values)),
    write: (sql, values) => perilous(sql, () => connection.write(sql, values)),
  });
  return {
    hasDied: () => calls > call,
    connect: (setting, url, use) => {
      const pool = connectionPool(setting, url, use);
      return { ...pool, use: (work) => pool.use((connection) => work(hands(connection))) };
    },
  };
}

describe("a host that dies during an upload", () => {
  it(
    "behind any of its statements leaves nothing that the next upload does not mend",
    { timeout: 240_000 },
    async () => {
      const desk = await openModelDesk(mysql.url);
      const shown: string[] = [];
      for (const file of FILES) {
        await desk.apply(file);
        shown.push(await desk.shown());
      }
      const rows = ["SELECT id FROM a ORDER BY id", "SELECT id FROM b ORDER BY id"];
      for (let call = 0, dies = true; dies; call += 1) {
        const { connect, hasDied } = dying(call);
        const at = call % 2;
        const outcome = await desk.applyBy(connect, FILES[at] ?? "").then(
          () => "done",
          (error: Error) => error.message,
        );
        dies = hasDied();
        expect(outcome, `statement ${call}`).toBe(dies ? "the host is gone" : "done");
        await desk.apply(FILES[at] ?? "");
        expect((await desk.shown()).replaceAll(/\n\[.*/g, ""), `statement ${call}`).toBe(
          (shown[at] ?? "").replaceAll(/\n\[.*/g, ""),
        );
        expect(await Promise.all(rows.map((row) => desk.sql(row)))).toEqual([[[1], [2]], [[1]]]);
        expect(await desk.sql(at === 0 ? "SELECT x FROM old" : "SELECT n FROM c")).toHaveLength(2);
      }
    },
  );

  it("what it still ran is ended before the next upload begins", async () => {
    const desk = await openModelDesk(mysql.url);
    const name = `caudal_up_${Date.now().toString(36)}_${desk.place.model}`;
    await desk.apply("CREATE TABLE t (a INT)");
    await desk.sql(`CREATE USER '${name}'@'%' IDENTIFIED BY 'secret'`);
    const left = await desk.as(name, "secret").catch(async () => {
      await desk.sql(
        `GRANT SELECT ON \`${desk.place.database.replaceAll("_", String.raw`\_`)}\`.* TO '${name}'@'%'`,
      );
      return desk.as(name, "secret");
    });
    const running = left.query("SELECT SLEEP(1000)").then(
      () => "done",
      (error: Error) => error.message,
    );
    await desk.apply("CREATE TABLE t (a INT, b INT)");
    expect(await running).not.toBe("done");
    expect(await desk.sql(`SELECT User FROM mysql.user WHERE User = '${name}'`)).toEqual([]);
  });
});

describe("two uploads of one model at once", () => {
  it("go one after the other", async () => {
    const desk = await openModelDesk(mysql.url);
    const files = ["CREATE TABLE a (id INT PRIMARY KEY)", "CREATE TABLE a (id INT PRIMARY KEY, b INT)"];
    const both = await Promise.all([0, 1, 0, 1].map((at) => desk.apply(files[at] ?? "")));
    expect(both.map(({ applied }) => applied)).toEqual([true, true, true, true]);
    expect(await desk.sql("SHOW TABLES")).toContainEqual(["a"]);
  });

  it("cannot go on once the lock is another's", async () => {
    const desk = await openModelDesk(mysql.url);
    const admin = connectionPool(secret("MYSQL_URL"), mysql.url);
    try {
      const work = withModelLock(admin, desk.place.model, async (connection, held) => {
        await held();
        await connection.query("SELECT RELEASE_ALL_LOCKS()");
        await held();
      });
      await expect(work).rejects.toThrow(LeaseLostError);
    } finally {
      await admin.close();
    }
  });

  it("of two models do not wait for each other", async () => {
    const desk = await openModelDesk(mysql.url);
    const admin = await mysql2.createConnection(mysql.url);
    await admin.query("SELECT GET_LOCK('caudal_model_aaaaaaaaaa', 0)");
    expect(await desk.apply("CREATE TABLE a (id INT)")).toMatchObject({ applied: true });
    await admin.end();
  });
});

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Connection } from "mysql2/promise";
import { takesTls } from "../../engine/models/database/accounts.ts";
import { type ModelDesk, openModelDesk } from "./model-database-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

let mysql: MysqlServer;
let desk: ModelDesk;
let other: ModelDesk;
beforeAll(async () => {
  mysql = await mysqlServer();
});
afterAll(() => mysql.stop());
beforeEach(async () => {
  desk = await openModelDesk(mysql.url);
  other = await openModelDesk(mysql.url);
  const file = `CREATE TABLE t (id INT PRIMARY KEY, v INT); INSERT INTO t VALUES (1, 10);
    CREATE VIEW seen AS SELECT v FROM t`;
  await desk.apply(file);
  await other.apply(file);
});

/** Which of these statements the server does; the others it must refuse for want of rights. */
async function allowed(connection: Connection, statements: readonly string[]): Promise<string[]> {
  const done: string[] = [];
  for (const statement of statements) {
    const error = await connection.query(statement).then(
      () => undefined,
      (error: Error) => error,
    );
    if (!error) done.push(statement);
    else if (!/denied|Access|SUPER|privilege/i.test(error.message))
      done.push(`${statement}: ${error.message}`);
  }
  return done;
}

const ALTERING = [
  "CREATE TABLE u (a INT)",
  "ALTER TABLE t ADD COLUMN w INT",
  "DROP TABLE t",
  "CREATE INDEX i ON t (v)",
  "TRUNCATE TABLE t",
  "CREATE VIEW more AS SELECT 1",
  "DROP VIEW seen",
  "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW SET NEW.v = 1",
  "CREATE PROCEDURE p() SELECT 1",
  "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO SELECT 1",
  "CREATE DATABASE mine",
  "CREATE USER someone",
  "GRANT SELECT ON t TO CURRENT_USER()",
  "SET GLOBAL max_connections = 10",
  "SELECT * FROM t INTO OUTFILE '/tmp/caudal-out'",
  "LOAD DATA INFILE '/etc/passwd' INTO TABLE t",
];
const WRITING = ["INSERT INTO t VALUES (2, 20)", "UPDATE t SET v = 11", "DELETE FROM t WHERE id = 2"];

function elsewhere(): string[] {
  const { database } = other.place;
  return [
    `SELECT * FROM ${database}.t`,
    `SELECT * FROM ${database}._meta`,
    `INSERT INTO ${database}.t VALUES (3, 3)`,
    `USE ${database}`,
    "SELECT * FROM caudal_models.models",
    "SELECT * FROM mysql.user",
    `CREATE TEMPORARY TABLE ${database}.x (a INT)`,
  ];
}

describe("a reader", () => {
  it("reads tables, views and what is said of the model, and nothing else", async () => {
    const reader = await desk.user("reader");
    expect(await allowed(reader, [...WRITING, ...ALTERING, ...elsewhere()])).toEqual([]);
    const reads = ["SELECT * FROM t", "SELECT * FROM seen", "SELECT * FROM _meta", "SHOW CREATE VIEW seen"];
    expect(await allowed(reader, reads)).toEqual(reads);
    expect(await desk.sql("SELECT * FROM t")).toEqual([[1, 10]]);
  });
});

describe("a job's user", () => {
  it("reads and writes rows, and alters nothing else", async () => {
    const job = await desk.user("job");
    const can = [...WRITING, "SELECT * FROM seen"];
    const cannot = ["CREATE TEMPORARY TABLE mine (a INT)", ...ALTERING, ...elsewhere()];
    expect(await allowed(job, [...can, ...cannot])).toEqual(can);
  });

  it("cannot write what is said of its model", async () => {
    const meta = {
      lastRun: "r",
      lastStatus: "failed",
      from: null,
      to: null,
      coveredTo: new Date(0).toISOString(),
      rows: 1,
      name: "shop",
    };
    await desk.server.writeMeta(desk.place, meta);
    const job = await desk.user("job");
    for (const statement of [
      "UPDATE _meta SET last_status = 'succeeded'",
      "DELETE FROM _meta",
      "INSERT INTO _meta (name) VALUES ('x')",
    ]) {
      await expect(job.query(statement)).rejects.toThrow(/not updatable|not insertable/);
    }
  });
});

describe("a job whose database is full", () => {
  it("reads and deletes, and neither adds nor alters until there is room", async () => {
    const name = `bm_${desk.place.model}_job7`;
    const password = "a-password-of-the-test";
    await desk.server.putUser(desk.place, { name, role: "job", password });
    const open = await desk.as(name, password);
    const ended = new Promise((resolve) => open.once("error", resolve));
    await desk.server.mayWrite(desk.place, name, false);
    // A session would go on with the rights that it has.
    await ended;
    await desk.server.mayWrite(desk.place, name, false);
    const full = await desk.as(name, password);
    const [insert = "", update = "", remove = ""] = WRITING;
    const reading = "SELECT * FROM t";
    expect(await allowed(full, [insert, update, remove, reading])).toEqual([remove, reading]);

    await desk.server.mayWrite(desk.place, name, true);
    expect(await allowed(await desk.as(name, password), WRITING)).toEqual(WRITING);
  });
});

describe("any user of a model", () => {
  it.each(["job", "reader"] as const)(
    "of role %s sees no other database and nobody else's work",
    async (role) => {
      // `_` in a name would stand for any character if a GRANT were careless.
      const alike = desk.place.database.replace("bm_", "bmx");
      await desk.sql(`CREATE DATABASE ${alike}`);
      try {
        const user = await desk.user(role);
        const [databases] = await user.query({ sql: "SHOW DATABASES", rowsAsArray: true });
        const names = (databases as string[][]).flat().filter((name) => name !== "performance_schema");
        expect(names.toSorted()).toEqual([desk.place.database, "information_schema"].toSorted());
        const [seen] = await user.query(
          "SELECT DISTINCT table_schema AS name FROM information_schema.tables WHERE table_schema LIKE 'bm%' OR table_schema LIKE 'caudal%' OR table_schema = 'mysql'",
        );
        expect(seen).toEqual([{ name: desk.place.database }]);
        const [running] = await user.query({
          sql: "SELECT DISTINCT user FROM information_schema.processlist",
          rowsAsArray: true,
        });
        expect(running).toHaveLength(1);
      } finally {
        await desk.sql(`DROP DATABASE ${alike}`);
      }
    },
  );

  it("is the same after it was made again, and has the password that it was given last", async () => {
    const { server, place } = desk;
    const user = { name: `bm_${place.model}_read1`, role: "reader", password: "first-password" } as const;
    const grants = (): Promise<unknown[][]> => desk.sql(`SHOW GRANTS FOR '${user.name}'@'%'`);
    await server.putUser(place, user);
    const before = await grants();
    await server.putUser(place, user);
    expect(await grants()).toEqual(before);
    await server.putUser(place, { ...user, password: 'it\'s `second` \\ "one"' });
    await expect(desk.as(user.name, "first-password")).rejects.toThrow(/Access denied/);
    await expect(desk.as(user.name, 'it\'s `second` \\ "one"')).resolves.toBeDefined();
  });

  it("can be another's beside it, until the first is dropped and its connections with it", async () => {
    const names = [1, 2].map((count) => `bm_${desk.place.model}_job${count}`);
    const [first, second] = await Promise.all(names.map((name) => desk.user("job", name)));
    await first?.query("INSERT INTO t VALUES (2, 20)");
    await second?.query("INSERT INTO t VALUES (3, 30)");
    await desk.server.dropUser(names[0] ?? "");
    await desk.server.dropUser(names[0] ?? "");
    await expect(first?.query("SELECT 1")).rejects.toThrow(/closed|killed|lost/i);
    await second?.query("INSERT INTO t VALUES (4, 40)");
    expect(await desk.sql("SELECT id FROM t")).toEqual([[1], [2], [3], [4]]);
  });

  it("comes in by its address", async () => {
    const { server, place } = desk;
    const name = `bm_${place.model}_job1`;
    await server.putUser(place, { name, role: "job", password: "pass-word_1" });
    const { hostname, port } = new URL(mysql.url);
    const address = server.addressOf(place, name, "pass-word_1");
    expect(address).toBe(`mysql://${name}:pass-word_1@${hostname}:${port || 3306}/${place.database}`);
  });

  it("has a name and a database that only a model can have", async () => {
    const { server, place } = desk;
    const user = { name: `bm_${place.model}_job1`, role: "job", password: "x" } as const;
    await expect(server.putUser(place, { ...user, name: "root" })).rejects.toThrow(TypeError);
    await expect(server.putUser(place, { ...user, name: `bm_${other.place.model}_job1` })).rejects.toThrow(
      TypeError,
    );
    await expect(server.putUser({ ...place, database: "mysql" }, user)).rejects.toThrow(TypeError);
    await expect(server.drop({ ...place, database: other.place.database })).rejects.toThrow(TypeError);
    await expect(server.dropUser("root")).rejects.toThrow(TypeError);
  });
});

describe("the lock of a model", () => {
  it("is one that its users cannot take, since they do not know its name", async () => {
    const reader = await desk.user("reader");
    await reader.query("SELECT GET_LOCK(?, 0)", [`caudal_model_${desk.place.model}`]);
    await reader.query("SELECT GET_LOCK(?, 0)", [desk.place.model]);
    expect((await desk.apply("CREATE TABLE t (id INT PRIMARY KEY, v INT, w INT)")).applied).toBe(true);
  });
});

describe("whether the server takes TLS", () => {
  const answers = (given: Readonly<Record<string, string>>) => ({
    query: (sql: string) => {
      const found = Object.entries(given).find(([part]) => sql.includes(part));
      return Promise.resolve(found ? [{ version: found[1], Value: found[1], enabled: found[1] }] : []);
    },
  });

  it("is what MariaDB and MySQL say, each in its own way", async () => {
    const mariadb = { VERSION: "10.11.19-MariaDB" };
    expect(await takesTls(answers({ ...mariadb, have: "YES" }))).toBe(true);
    expect(await takesTls(answers({ ...mariadb, have: "DISABLED" }))).toBe(false);
    expect(await takesTls(answers({ VERSION: "8.4.3", tls_channel_status: "Yes" }))).toBe(true);
    expect(await takesTls(answers({ VERSION: "8.4.3", tls_channel_status: "No" }))).toBe(false);
    expect(await takesTls(answers({ VERSION: "8.4.3" }))).toBe(false);
  });
});

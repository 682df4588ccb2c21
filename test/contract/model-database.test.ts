import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { SqlFaultError } from "../../engine/errors/sql-fault-error.ts";
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

const SHOP = `
CREATE TABLE customers (
  id INT PRIMARY KEY,
  email VARCHAR(40) NOT NULL,
  city VARCHAR(20) DEFAULT 'Quito' COMMENT 'where, \`if\` known',
  UNIQUE KEY by_email (email)
);
CREATE TABLE orders (
  id INT AUTO_INCREMENT PRIMARY KEY,
  customer INT,
  total DECIMAL(8,2) NOT NULL CHECK (total >= 0),
  FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE
);
INSERT INTO customers VALUES (1, 'ana@example.com', 'Lima'), (2, 'bo@example.com', NULL);
CREATE VIEW totals AS SELECT c.email, SUM(o.total) AS total FROM customers c JOIN orders o ON o.customer = c.id GROUP BY c.email
`;

async function faultOf(work: Promise<unknown>): Promise<SqlFaultError["faults"]> {
  const error = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (error instanceof SqlFaultError) return error.faults;
  throw new Error("there was no fault", { cause: error });
}

describe("the first upload", () => {
  it("makes the database, with tables, seeds and views", async () => {
    expect(await desk.changes(SHOP)).toEqual([
      "create table customers",
      "create table orders",
      "add rows customers (2)",
      "add foreign key orders",
      "create view totals",
    ]);
    await desk.sql("INSERT INTO orders (customer, total) VALUES (1, 3.50), (1, 4)");
    expect(await desk.sql("SELECT * FROM totals")).toEqual([["ana@example.com", "7.50"]]);
  });

  it("finds nothing to do in the same file", async () => {
    await desk.apply(SHOP);
    expect(await desk.apply(SHOP)).toEqual({ applied: true, changes: [] });
  });

  it("as a dry run makes nothing, not even the database", async () => {
    const { applied, changes } = await desk.apply(SHOP, { dryRun: true });
    expect(applied).toBe(false);
    expect(changes[0]).toMatchObject({ what: "create table", table: "customers", destructive: false });
    expect(changes.map(({ sql }) => sql).join()).not.toMatch(/scratch/);
    expect(await desk.sql(`SHOW DATABASES LIKE '${desk.place.database}'`).catch(() => "gone")).toBe("gone");
  });

  it("leaves no scratch database and no user behind, however it ends", async () => {
    await desk.apply(SHOP);
    await desk.apply(SHOP, { dryRun: true });
    await expect(desk.apply("CREATE TABLE t (a INT, a INT)")).rejects.toThrow(SqlFaultError);
    const like = `LIKE 'caudal%${desk.place.model}'`;
    expect(
      await desk.sql(`SELECT schema_name FROM information_schema.schemata WHERE schema_name ${like}
        UNION SELECT User FROM mysql.user WHERE User ${like}`),
    ).toEqual([]);
  });

  it("that the server refuses says where and why, without names that only we know", async () => {
    expect(await faultOf(desk.apply("CREATE TABLE a (id INT);\n\nINSERT INTO b VALUES (1)"))).toEqual([
      { line: 3, reason: "Table 'b' doesn't exist" },
    ]);
    expect(await faultOf(desk.apply("\nINSERT INTO mysql.user VALUES (1)"))).toEqual([
      {
        line: 2,
        reason: "INSERT command denied to the upload for table `mysql`.`user`",
      },
    ]);
  });
});

describe("a later upload", () => {
  beforeEach(async () => {
    await desk.apply(SHOP);
    await desk.sql("INSERT INTO orders (customer, total) VALUES (1, 3.50), (2, 4)");
  });

  it("adds, changes, moves and drops, and keeps the data", async () => {
    const next = `
CREATE TABLE cities (name VARCHAR(20) PRIMARY KEY);
INSERT INTO cities VALUES ('Quito'), ('Lima');
CREATE TABLE customers (
  email VARCHAR(60) NOT NULL,
  id BIGINT PRIMARY KEY,
  city VARCHAR(20) DEFAULT 'Lima',
  since DATE,
  KEY by_mail (email, city),
  CONSTRAINT lives FOREIGN KEY (city) REFERENCES cities (name)
) COMMENT 'who buys';
CREATE TABLE orders (
  id INT AUTO_INCREMENT PRIMARY KEY,
  customer BIGINT,
  cents INT AS (total * 100) STORED,
  total DECIMAL(10,2) NOT NULL CHECK (total > 0),
  FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE,
  CHECK (customer <> 7)
);
CREATE VIEW mails AS SELECT email FROM customers`;
    expect(await desk.changes(next)).toEqual([
      "drop view totals",
      "drop foreign key orders.orders_ibfk_1",
      "create table cities",
      "change column customers.email",
      "change column customers.id",
      "change column customers.city",
      "add column customers.since",
      "drop unique key customers.by_email",
      "add key customers.by_mail",
      "add key customers.lives",
      "change option customers.COMMENT",
      "change column orders.customer",
      "add column orders.cents",
      "change column orders.total",
      "add check orders",
      "add rows cities (2)",
      "add foreign key customers.lives",
      "add foreign key orders",
      "create view mails",
    ]);
    expect(await desk.apply(next)).toEqual({ applied: true, changes: [] });
    expect(await desk.sql("SELECT email, id, city, since FROM customers ORDER BY id")).toEqual([
      ["ana@example.com", 1, "Lima", null],
      ["bo@example.com", 2, null, null],
    ]);
    expect(await desk.sql("SELECT customer, cents, total FROM orders")).toEqual([
      [1, 350, "3.50"],
      [2, 400, "4.00"],
    ]);
    expect(await desk.changes(SHOP)).toContain("drop table cities");
    expect(await desk.apply(SHOP)).toEqual({ applied: true, changes: [] });
  });

  it("that may lose data alters nothing until that is allowed", async () => {
    const before = await desk.shown();
    const next = SHOP.replace("  email VARCHAR(40) NOT NULL,\n", "")
      .replace("UNIQUE KEY by_email (email)", "KEY by_city (city)")
      .replaceAll(/, '\w+@example.com'/g, "")
      .replace("c.email, SUM", "c.city, SUM")
      .replace("BY c.email", "BY c.city");
    const asked = await desk.apply(next, { allowDestructive: false });
    expect(asked.applied).toBe(false);
    expect(asked.changes.filter(({ destructive }) => destructive)).toEqual([
      {
        what: "drop column",
        table: "customers",
        name: "email",
        destructive: true,
        sql: "ALTER TABLE `customers` DROP COLUMN `email`",
      },
    ]);
    expect(await desk.shown()).toBe(before);
    expect(await desk.apply(next)).toMatchObject({ applied: true, changes: asked.changes });
    expect(await desk.sql("SELECT * FROM customers ORDER BY id")).toEqual([
      [1, "Lima"],
      [2, null],
    ]);
  });

  it("as a dry run alters nothing", async () => {
    const before = await desk.shown();
    const asked = await desk.apply("CREATE TABLE other (a INT)", { dryRun: true });
    expect(asked.changes.map(({ what }) => what)).toContain("drop table");
    expect(await desk.shown()).toBe(before);
  });

  it("takes a rename for what it cannot be told from", async () => {
    const { changes } = await desk.apply(SHOP.replaceAll("city", "town"), { dryRun: true });
    expect(
      changes.filter(({ destructive }) => destructive).map(({ what, name }) => `${what} ${name}`),
    ).toEqual(["drop column city"]);
  });

  it("adds the seeds whose keys are not there, and leaves alone what is", async () => {
    await desk.sql("UPDATE customers SET city = 'Cuenca' WHERE id = 1");
    const next = SHOP.replace("(2, 'bo", "(3, 'cy@example.com', NULL), (2, 'bo");
    expect(await desk.changes(next)).toEqual(["add rows customers (1)"]);
    expect(await desk.sql("SELECT id, city FROM customers ORDER BY id")).toEqual([
      [1, "Cuenca"],
      [2, null],
      [3, null],
    ]);
  });

  it("gives a table without a primary key its seeds while it is empty", async () => {
    const next = `${SHOP}; CREATE TABLE notes (a INT); INSERT INTO notes VALUES (0), (0)`;
    expect(await desk.changes(next)).toEqual(["create table notes", "add rows notes (2)"]);
    expect(await desk.changes(`${next}, (1)`)).toEqual([]);
    await desk.sql("DELETE FROM notes");
    expect(await desk.changes(`${next}, (1)`)).toEqual(["add rows notes (3)"]);
  });

  it("adds no seed at all where one of them leads to a row that is no more", async () => {
    const file = `CREATE TABLE p (id INT PRIMARY KEY, code CHAR(1) UNIQUE);
CREATE TABLE q (id INT PRIMARY KEY, code CHAR(1), FOREIGN KEY (code) REFERENCES p (code));
INSERT INTO p VALUES (1, 'x')`;
    await desk.apply(file);
    await desk.sql("UPDATE p SET code = 'y'");
    expect(await faultOf(desk.apply(`${file}, (2, 'z');\nINSERT INTO q VALUES (9, 'x')`))).toEqual([
      { line: 4, reason: "q (code) has x, which is not in p (code)" },
    ]);
    expect(await desk.sql("SELECT id FROM p UNION ALL SELECT id FROM q")).toEqual([[1]]);
  });

  it("says what of the data does not allow a unique key, and has altered nothing of the table", async () => {
    await desk.sql("UPDATE customers SET city = 'Lima'");
    const before = await desk.shown();
    const next = SHOP.replace("UNIQUE KEY by_email (email)", "more INT, UNIQUE KEY by_city (city)");
    expect(
      await faultOf(desk.apply(next.replace("'Lima'), (2", "'Lima', 1), (2").replace("NULL)", "NULL, 1)"))),
    ).toEqual([{ line: 2, reason: "customers: Duplicate entry 'Lima' for key 'by_city'" }]);
    expect(await desk.shown()).toBe(before);
  });

  it("says what of the data does not allow a foreign key, before anything is altered", async () => {
    await desk.sql("INSERT INTO customers VALUES (9, 'x@example.com', 'Nowhere')");
    const before = await desk.shown();
    const next = SHOP.replace(
      "UNIQUE KEY by_email (email)",
      "more INT, FOREIGN KEY (city) REFERENCES cities (name)",
    )
      .replace("'Lima'), (2", "'Lima', 1), (2")
      .replace("NULL)", "NULL, 1)");
    const cities = "CREATE TABLE cities (name VARCHAR(20) PRIMARY KEY);\nINSERT INTO cities VALUES ('Lima');";
    expect(await faultOf(desk.apply(cities + next))).toEqual([
      { line: 3, reason: "customers (city) has Nowhere, which is not in cities (name)" },
    ]);
    expect(await desk.shown()).toBe(before);
  });
});

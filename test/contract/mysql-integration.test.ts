import { describe, expect, test } from "vitest";
import type { Attempt } from "../../engine/define/index.ts";
import {
  administrator,
  connectAsUser,
  context,
  database,
  deliver,
  deliverPerson,
  destinationOf,
  EMAIL,
  other,
  people,
  POLL,
  prepared,
  query,
  waiting,
} from "./mysql-people.ts";

describe("preparing", () => {
  test("makes database and tables, twice and at once without harm", async () => {
    const [a, b] = [destinationOf(), destinationOf()];
    await Promise.all([a.prepare?.(context()), b.prepare?.(context()), a.prepare?.(context())]);
    const columns = await query(
      "SELECT table_name AS t, column_name AS c, LOWER(column_type) AS type, is_nullable AS n, column_key AS k " +
        "FROM information_schema.columns WHERE table_schema = ? ORDER BY table_name <> 'people', ordinal_position",
      [database],
    );
    const shape = columns.map(({ t, c, type, n, k }) =>
      [t, c, String(type).replace("bigint(20)", "bigint"), n === "YES" ? "null" : "", k]
        .filter(Boolean)
        .join(" "),
    );
    expect(shape).toEqual([
      "people id varchar(120) PRI",
      "people version bigint",
      "people updated_at datetime(3)",
      "people email varchar(100) null",
      "_caudal_versions table_name varbinary(64) PRI",
      "_caudal_versions key varbinary(128) PRI",
      "_caudal_versions version bigint",
      "_caudal_versions deleted tinyint(1)",
    ]);
  });

  test("adds columns that the definition gained, and leaves the rows", async () => {
    await deliver(await prepared(), "1", 1, "a@example.com");
    const grown = await prepared(({ text, boolean }) => ({
      email: text(100, (c) => c.contact?.email),
      gold: boolean((c) => c.sums?.gold, { required: true }),
    }));
    expect(await query(`SELECT email, gold FROM ${database}.people`)).toEqual([
      { email: "a@example.com", gold: null },
    ]);
    await expect(deliver(grown, "2", 1, "b@example.com")).rejects.toThrow(/column gold: is required/);
  });

  test("needs no right to make a database that is there", async () => {
    await administrator().query(`CREATE DATABASE ${database}`);
    await connectAsUser();
    await deliver(await prepared(), "1", 1, "a@example.com");
    expect(await people()).toEqual(["1 1 a@example.com"]);
  });
});

describe("a row", () => {
  test("holds every kind of value exactly", async () => {
    const before = Date.now();
    const to = await prepared(({ text, integer, decimal, datetime, boolean, json }) => ({
      number: text(40, (c) => c.identity.number, { required: true }),
      email: text(100, (c) => c.contact?.email),
      total: decimal(18, 4, (c) => c.sums?.total),
      orders: integer((c) => c.sums?.orders),
      last: datetime((c) => c.sums?.last),
      gold: boolean((c) => c.sums?.gold),
      everything: json((c) => c.sums),
    }));
    const sums = {
      total: "12345678901234.5678",
      orders: 9007199254740991,
      last: "2025-03-01T10:00:00.123Z",
      gold: true,
    };
    const email = `Ñ"'\\;-- 🎉 %\u0000`;
    const data = { identity: { number: "7" }, contact: { email }, sums };
    const attempt = await deliverPerson(to, "7", 4, data);
    const [row = {}] = await query(
      `SELECT CAST(id AS CHAR) AS id, version, number, email, CAST(total AS CHAR) AS total, orders, last, gold, ` +
        `JSON_VALUE(everything, '$.total') AS inner_total, updated_at FROM ${database}.people`,
    );
    expect(row).toMatchObject({
      id: "7",
      version: 4,
      number: "7",
      email,
      total: sums.total,
      orders: sums.orders,
    });
    expect(row).toMatchObject({ last: new Date(sums.last), gold: 1, inner_total: sums.total });
    const updated = (row["updated_at"] as Date).getTime();
    expect(Math.abs(updated - before)).toBeLessThan(60_000);
    expect(attempt).toMatchObject({
      status: "delivered",
      request: { table: `${database}.people`, id: "7", version: 4, row: { email, total: sums.total } },
    });
  });

  test("is replaced as a whole: what the document lost is NULL", async () => {
    const to = await prepared();
    await deliver(to, "1", 1, "a@example.com");
    await deliverPerson(to, "1", 2, { identity: { number: "1" } });
    expect(await query(`SELECT version, email FROM ${database}.people`)).toEqual([
      { version: 2, email: null },
    ]);
  });

  test("goes with its entity, and comes back with a newer version only", async () => {
    const to = await prepared();
    await deliver(to, "1", 1, "a@example.com");
    expect(await deliver(to, "1", 3, null)).toMatchObject({
      request: { id: "1", version: 3, removed: true },
    });
    expect(await people()).toEqual([]);
    expect(await query(`SELECT version, deleted FROM ${database}._caudal_versions`)).toEqual([
      { version: 3, deleted: 1 },
    ]);
    expect(await deliver(to, "1", 2, "late@example.com")).toMatchObject({ reason: /version 2/ as never });
    expect(await people()).toEqual([]);
    await deliver(to, "1", 4, "back@example.com");
    expect(await people()).toEqual(["1 4 back@example.com"]);
    expect(await query(`SELECT deleted FROM ${database}._caudal_versions`)).toEqual([{ deleted: 0 }]);
  });
});

describe("versions", () => {
  test("an older or equal one changes nothing, and is delivered", async () => {
    const to = await prepared();
    const versions = [5, 4, 5, 6] as const;
    const attempts: Attempt[] = [];
    for (const version of versions)
      attempts.push(await deliver(to, "1", version, `v${version}@${attempts.length}`));
    expect(attempts.map(({ status, reason }) => [status, reason !== undefined])).toEqual([
      ["delivered", false],
      ["delivered", true],
      ["delivered", true],
      ["delivered", false],
    ]);
    expect(await people()).toEqual(["1 6 v6@3"]);
  });

  test("two tables in one database keep theirs apart", async () => {
    const [a, b] = [await prepared(), await prepared(EMAIL, "others")];
    await deliver(a, "1", 2, "a@example.com");
    await deliver(b, "1", 1, "b@example.com");
    expect(await query(`SELECT version, email FROM ${database}.others`)).toEqual([
      { version: 1, email: "b@example.com" },
    ]);
  });

  test("two holders at once, one of them behind: the newest stands everywhere", async () => {
    const holders = await Promise.all([prepared(), prepared()]);
    const last = 12;
    const work = holders.flatMap((holder, behind) =>
      Array.from({ length: 25 }, async (_, n) => {
        for (let v = 1; v <= last; v++) {
          const version = behind === 0 ? v : last + 1 - v;
          await deliver(holder, `c${n}`, version, `v${version}@example.com`);
        }
      }),
    );
    await Promise.all(work);
    const ids = Array.from({ length: 25 }, (_, n) => `c${n}`).toSorted();
    expect(await people()).toEqual(ids.map((id) => `${id} ${last} v${last}@example.com`));
  });

  test("a holder that comes late, while the new one is writing, waits for it and stands back", async () => {
    const to = await prepared();
    await deliver(to, "1", 1, "old@example.com");
    const newer = await other();
    await newer.query(`USE ${database}`);
    await newer.beginTransaction();
    await newer.query("UPDATE _caudal_versions SET version = 3 WHERE `key` = 'person|1'");
    const late = deliver(to, "1", 2, "late@example.com");
    await expect.poll(waiting, POLL).toHaveLength(1);
    await newer.query("UPDATE people SET version = 3, email = 'new@example.com' WHERE id = '1'");
    await newer.commit();
    expect(await late).toMatchObject({ status: "delivered", reason: expect.any(String) as string });
    expect(await people()).toEqual(["1 3 new@example.com"]);
  });
});

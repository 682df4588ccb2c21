import { describe, expect, test } from "vitest";
import type { DataOf } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import {
  administrator,
  database,
  deliver,
  deliverPerson,
  kinds,
  people,
  type person,
  prepared,
  preparedTables,
  query,
} from "./mysql-people.ts";
import { phones, preparedAll, withPhones } from "./mysql-phones.ts";

const versions = (): Promise<Record<string, unknown>[]> =>
  query(
    "SELECT CAST(`key` AS CHAR) AS k, CAST(table_name AS CHAR) AS t, version AS v, deleted AS d " +
      `FROM ${database}._caudal_versions ORDER BY 1, 2`,
  );

describe("preparing several tables", () => {
  test("makes them all, each with its key, twice and at once without harm", async () => {
    await Promise.all([preparedAll(), preparedAll()]);
    const keys = await query(
      "SELECT CONCAT(table_name, ' (', GROUP_CONCAT(column_name ORDER BY seq_in_index), ')') AS k " +
        "FROM information_schema.statistics WHERE table_schema = ? AND index_name = 'PRIMARY' " +
        "GROUP BY table_name ORDER BY CAST(table_name AS BINARY)",
      [database],
    );
    expect(keys.map(({ k }) => k)).toEqual([
      "_caudal_versions (key,table_name)",
      "golden (id)",
      "lines (id,position)",
      "people (id)",
      "phones (id,number)",
    ]);
  });

  test("adds columns that a table of many rows gained, and leaves the rows", async () => {
    const before = await preparedTables(({ many }) => ({
      people: { columns: () => ({}) },
      phones: many({
        rows: (c) => c.phones ?? [],
        key: ["number"],
        columns: ({ text }) => ({ number: text(40, (p) => p.number) }),
      }),
    }));
    await deliverPerson(before, "1", 1, withPhones("300 home"));
    const grown = await preparedAll();
    expect(await phones()).toEqual(["1 1 300"]);
    await deliverPerson(grown, "1", 2, withPhones("300 home"));
    expect(await phones()).toEqual(["1 2 300 home"]);
  });

  test("says what to do where a table stands that tells rows apart by something else, and alters nothing", async () => {
    await prepared(({ text }) => ({ email: text(100, (c) => c.contact?.email) }), "phones");
    const error: unknown = await preparedAll().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect((error as Error).message).toBe(
      `MySQL: the table ${database}.phones stands already, without a unique key of (id, number): ` +
        "rename or drop it, or name another table in the integration; it is made, and a resync fills it",
    );
    const columns = await query(`SHOW COLUMNS FROM ${database}.phones`);
    expect(columns.map(({ Field }) => Field)).toEqual(["id", "version", "updated_at", "email"]);
  });
});

describe("the tables of an integration", () => {
  test("follow a document: rows come, change and go, others' rows stay", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "2", 7, withPhones("900 home"));
    await deliverPerson(to, "1", 1, withPhones("300 home", "301 work"));
    expect(await phones()).toEqual(["1 1 300 home", "1 1 301 work", "2 7 900 home"]);
    await deliverPerson(to, "1", 2, withPhones("301 mobile", "302 home"));
    expect(await phones()).toEqual(["1 2 301 mobile", "1 2 302 home", "2 7 900 home"]);
    await deliverPerson(to, "1", 3, withPhones());
    expect(await phones()).toEqual(["2 7 900 home"]);
    expect(await people()).toEqual(["1 3 a@example.com", "2 7 a@example.com"]);
  });

  test("tell rows apart by their place where no key is named", async () => {
    const to = await preparedAll();
    const lines = async (): Promise<unknown[]> =>
      (
        await query(`SELECT CONCAT_WS(' ', position, number) AS l FROM ${database}.lines ORDER BY position`)
      ).map(({ l }) => l);
    await deliverPerson(to, "1", 1, withPhones("300", "301", "302"));
    expect(await lines()).toEqual(["1 300", "2 301", "3 302"]);
    await deliverPerson(to, "1", 2, withPhones("301", "302"));
    expect(await lines()).toEqual(["1 301", "2 302"]);
  });

  test("have a row of an entity only while `when` says so", async () => {
    const to = await preparedAll();
    const golden = (): Promise<unknown[]> => query(`SELECT id, version, total FROM ${database}.golden`);
    const sums = (gold: boolean): DataOf<typeof person> => ({
      identity: { number: "1" },
      sums: { gold, total: "9.5", orders: 1, last: "2025-03-01T10:00:00.000Z" },
    });
    await deliverPerson(to, "1", 1, sums(true));
    expect(await golden()).toEqual([{ id: "1", version: 1, total: "9.5" }]);
    await deliverPerson(to, "1", 2, sums(false));
    expect(await golden()).toEqual([]);
    await deliverPerson(to, "1", 3, sums(true));
    expect(await golden()).toEqual([{ id: "1", version: 3, total: "9.5" }]);
  });

  test("lose all rows of a removed entity, which come back with a newer version only", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 1, withPhones("300 home"));
    expect(await deliverPerson(to, "1", 3, undefined)).toMatchObject({ request: { removed: true } });
    await deliverPerson(to, "1", 2, withPhones("300 late"));
    expect([await people(), await phones(), await phones("lines")]).toEqual([[], [], []]);
    expect(await versions()).toEqual([{ k: "person|1", t: "people", v: 3, d: 1 }]);
    await deliverPerson(to, "1", 4, withPhones("300 back"));
    expect([await people(), await phones()]).toEqual([["1 4 a@example.com"], ["1 4 300 back"]]);
  });

  test("tell keys apart that differ in case or in an accent", async () => {
    await deliverPerson(await preparedAll(), "1", 1, withPhones("a x", "A y", "á z"));
    expect(await phones()).toHaveLength(3);
  });

  test("move together: where one refuses a row, none has anything of that version", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 1, withPhones("300 home"));
    await administrator().query(`ALTER TABLE ${database}.lines MODIFY kind VARCHAR(4)`);
    const outcomes = await kinds([
      deliverPerson(to, "1", 2, withPhones("300 mobile")),
      deliverPerson(to, "2", 1, withPhones("900 home")),
    ]);
    expect(outcomes).toEqual(["failed", "delivered"]);
    expect(await phones()).toEqual(["1 1 300 home", "2 1 900 home"]);
    expect(await people()).toEqual(["1 1 a@example.com", "2 1 a@example.com"]);
  });

  test("never mistake a row for another that somebody's unique key says is the same", async () => {
    const to = await preparedAll();
    await administrator().query(`ALTER TABLE ${database}.phones ADD UNIQUE (id, kind)`);
    await deliverPerson(to, "1", 1, withPhones("300 home"));
    await expect(deliverPerson(to, "1", 2, withPhones("301 home", "300 work"))).rejects.toBeInstanceOf(
      PermanentError,
    );
    expect(await phones()).toEqual(["1 1 300 home"]);
  });
});

describe("one version guards all tables", () => {
  test("an older or equal one changes no table", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 5, withPhones("300 home"));
    for (const version of [4, 5]) {
      expect(await deliverPerson(to, "1", version, withPhones("999 late"))).toMatchObject({
        status: "delivered",
        reason: `version ${version} or a newer one stands already`,
      });
    }
    expect(await phones()).toEqual(["1 5 300 home"]);
    expect(await versions()).toEqual([{ k: "person|1", t: "people", v: 5, d: 0 }]);
  });

  test("the version from when there was one table stands, and so does that of a table that came first before", async () => {
    await deliver(await prepared(), "1", 6, "a@example.com");
    const more = await preparedAll();
    await deliverPerson(more, "1", 5, withPhones("300 late"));
    expect(await phones()).toEqual([]);
    await deliverPerson(more, "1", 7, withPhones("300 home"));
    const turned = await preparedTables(({ many }) => ({
      phones: many({
        rows: (c) => c.phones ?? [],
        key: ["number"],
        columns: ({ text }) => ({ number: text(40, (p) => p.number) }),
      }),
      people: { columns: () => ({}) },
    }));
    await deliverPerson(turned, "1", 6, withPhones("999"));
    expect(await phones()).toEqual(["1 7 300 home"]);
    await deliverPerson(turned, "1", 8, withPhones("301"));
    expect(await phones()).toEqual(["1 8 301"]);
  });

  test("two holders at once, one of them behind: the newest stands in every table", async () => {
    const holders = await Promise.all([preparedAll(), preparedAll()]);
    const last = 8;
    const of = (version: number): DataOf<typeof person> =>
      withPhones(...Array.from({ length: 1 + (version % 3) }, (_, n) => `${n} v${version}`));
    await Promise.all(
      holders.flatMap((holder, behind) =>
        Array.from({ length: 20 }, async (_, n) => {
          for (let v = 1; v <= last; v++) {
            const version = behind === 0 ? v : last + 1 - v;
            await deliverPerson(holder, `c${n}`, version, of(version));
          }
        }),
      ),
    );
    const ids = Array.from({ length: 20 }, (_, n) => `c${n}`).toSorted();
    const rows = ids.flatMap((id) => [0, 1, 2].map((n) => `${id} ${last} ${n} v${last}`));
    expect(await phones()).toEqual(rows);
    expect(await phones("lines")).toEqual(rows);
  });
});

describe("a resync", () => {
  test("writes the version that stands already, into tables that were emptied or meddled with", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 3, withPhones("300 home", "301 work"));
    await administrator().query(`DELETE FROM ${database}.people`);
    await administrator().query(`DELETE FROM ${database}.phones WHERE number = '300'`);
    await administrator().query(`UPDATE ${database}.phones SET number = '666' WHERE number = '301'`);
    const attempt = await deliverPerson(to, "1", 3, withPhones("300 home", "301 work"), { again: true });
    expect(attempt).not.toHaveProperty("reason");
    expect(await people()).toEqual(["1 3 a@example.com"]);
    expect(await phones()).toEqual(["1 3 300 home", "1 3 301 work"]);
    expect(await phones("lines")).toEqual(["1 3 300 home", "1 3 301 work"]);
  });

  test("never writes an older one, and removes again what was removed", async () => {
    const to = await preparedAll();
    await deliverPerson(to, "1", 3, withPhones("300 home"));
    expect(await deliverPerson(to, "1", 2, withPhones("999 old"), { again: true })).toMatchObject({
      reason: "version 2 or a newer one stands already",
    });
    expect(await phones()).toEqual(["1 3 300 home"]);
    await deliverPerson(to, "1", 4, undefined);
    await administrator().query(`INSERT INTO ${database}.people VALUES ('1', 4, NOW(), 'restored@x.org')`);
    await deliverPerson(to, "1", 4, undefined, { again: true });
    expect(await people()).toEqual([]);
  });

  test("goes to one table as well", async () => {
    const to = await prepared();
    await deliver(to, "1", 3, "a@example.com");
    await administrator().query(`DELETE FROM ${database}.people`);
    const data = withPhones();
    expect(await deliverPerson(to, "1", 3, data)).toHaveProperty("reason");
    expect(await people()).toEqual([]);
    await deliverPerson(to, "1", 3, data, { again: true });
    expect(await people()).toEqual(["1 3 a@example.com"]);
  });
});

describe("a large batch", () => {
  test("of a thousand rows each arrives whole, in statements that the server takes", async () => {
    const to = await preparedTables(({ many }) => ({
      notes: many({
        rows: (c) => Array.from({ length: 1000 }, (_, n) => `${c.id} ${n} ${"\\".repeat(400)}`),
        columns: ({ text }) => ({ note: text(500, (note) => note) }),
      }),
    }));
    const all = Array.from({ length: 30 }, (_, n) => deliverPerson(to, `c${n}`, 1, withPhones()));
    expect(new Set(await kinds(all))).toEqual(new Set(["delivered"]));
    const [sum] = await query(
      `SELECT COUNT(*) AS n, COUNT(DISTINCT note) AS d, MIN(CHAR_LENGTH(note)) >= 400 AS whole FROM ${database}.notes`,
    );
    expect(sum).toEqual({ n: 30_000, d: 30_000, whole: 1 });
  });

  test("costs the same, however many rows others have", async () => {
    const to = await preparedAll();
    const read = async (): Promise<number> => {
      const rows = await query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Handler_read%'");
      return rows.reduce((sum, row) => sum + Number(row.Value), 0);
    };
    const cost = async (version: number): Promise<number> => {
      const before = await read();
      const all = Array.from({ length: 20 }, (_, n) =>
        deliverPerson(to, `c${n}`, version, withPhones("300 home", `30${version} work`)),
      );
      await Promise.all(all);
      return (await read()) - before;
    };
    await cost(1);
    const alone = await cost(2);
    const others = Array.from({ length: 5_000 }, (_, n) => [`d${n}`, 1, new Date(), "300"]);
    await administrator().query(`INSERT INTO ${database}.phones (id, version, updated_at, number) VALUES ?`, [
      others,
    ]);
    expect(await cost(3)).toBeLessThan(alone * 2 + 500);
  });
});

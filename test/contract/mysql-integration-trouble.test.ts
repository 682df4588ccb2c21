import { describe, expect, test } from "vitest";
import type { Attempt } from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import {
  administrator,
  connectAsUser,
  connectTo,
  context,
  database,
  deliver,
  destinationOf,
  kinds,
  other,
  people,
  POLL,
  prepared,
  query,
  serverUrl,
  waiting,
} from "./mysql-people.ts";

describe("many at once", () => {
  test("share transactions, and each gets its row", async () => {
    const to = await prepared();
    const commits = async (): Promise<number> => {
      const [row] = await query<{ Value: string }>("SHOW GLOBAL STATUS LIKE 'Com_commit'");
      return Number(row?.Value);
    };
    const before = await commits();
    const all = Array.from({ length: 500 }, (_, n) => deliver(to, `c${n}`, 1, `${n}@example.com`));
    expect(new Set(await kinds(all))).toEqual(new Set(["delivered"]));
    expect((await commits()) - before).toBeLessThan(100);
    expect(await people()).toHaveLength(500);
  });

  test("versions of one entity in a row keep their order", async () => {
    const to = await prepared();
    const all = Array.from({ length: 30 }, (_, n) =>
      deliver(to, "1", n + 1, n % 5 === 4 ? null : `${n}@x.org`),
    );
    expect(new Set(await kinds(all))).toEqual(new Set(["delivered"]));
    expect(await people()).toEqual([]);
    expect(await query(`SELECT version, deleted FROM ${database}._caudal_versions`)).toEqual([
      { version: 30, deleted: 1 },
    ]);
  });

  test("a row that the table refuses fails alone, for good", async () => {
    const to = await prepared();
    await administrator().query(`ALTER TABLE ${database}.people MODIFY email VARCHAR(9), ADD UNIQUE (email)`);
    await deliver(to, "0", 1, "taken@x.o");
    const emails = ["a@x.o", "much-too-long@x.o", "b@x.o", "taken@x.o", "c@x.o"];
    const outcomes = await kinds(emails.map((email, n) => deliver(to, `${n + 1}`, 1, email)));
    expect(outcomes).toEqual(
      ["delivered", "failed", "delivered", "failed", "delivered"].with(3, outcomes[3] ?? ""),
    );
    // ON DUPLICATE KEY UPDATE answers to every unique key of a table, so the taken address moved no other row.
    expect(await people()).toEqual(["0 1 taken@x.o", "1 1 a@x.o", "3 1 b@x.o", "5 1 c@x.o"]);
    const versions = await query(
      `SELECT CAST(\`key\` AS CHAR) AS k FROM ${database}._caudal_versions ORDER BY 1`,
    );
    expect(versions.map(({ k }) => k)).toEqual(["person|0", "person|1", "person|3", "person|5"]);
  });

  test("a value that its column cannot hold fails before it is sent, with the column's name", async () => {
    const to = await prepared(({ text }) => ({ email: text(5, (c) => c.contact?.email) }));
    const error = await deliver(to, "1", 1, "a@example.com").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ message: expect.stringContaining("column email") as string });
  });
});

describe("trouble", () => {
  test("a connection killed amid a batch: nothing is half done, all come again, and then succeed", async () => {
    const to = await prepared();
    await deliver(to, "1", 1, "old@example.com");
    const blocker = await other();
    await blocker.query(`USE ${database}`);
    await blocker.beginTransaction();
    await blocker.query("SELECT * FROM people WHERE id = '1' FOR UPDATE");
    const send = (): Promise<Attempt>[] =>
      ["1", "2", "3"].map((id) => deliver(to, id, 2, `new${id}@example.com`));
    const first = send();
    const outcomes = kinds(first);
    const [thread] = await expect
      .poll(waiting, POLL)
      .toHaveLength(1)
      .then(() => waiting());
    await administrator().query("KILL ?", [thread]);
    expect(await outcomes).toEqual(["again", "again", "again"]);
    await blocker.rollback();
    expect(await people()).toEqual(["1 1 old@example.com"]);
    expect(await kinds(send())).toEqual(["delivered", "delivered", "delivered"]);
    expect(await people()).toEqual(["1 2 new1@example.com", "2 2 new2@example.com", "3 2 new3@example.com"]);
  });

  test("a row that somebody else holds: it comes again, its company does not suffer", async () => {
    const to = await prepared();
    await deliver(to, "2", 1, "old@example.com");
    const blocker = await other();
    await blocker.query(`USE ${database}`);
    await blocker.beginTransaction();
    await blocker.query("SELECT * FROM people WHERE id = '2' FOR UPDATE");
    const all = ["1", "2", "3"].map((id) => deliver(to, id, 2, `new${id}@example.com`));
    expect(await kinds(all)).toEqual(["delivered", "again", "delivered"]);
    await blocker.rollback();
    expect(await kinds([deliver(to, "2", 2, "new2@example.com")])).toEqual(["delivered"]);
  });

  test("no server, no right, no table: to be tried again, and no password in the error", async () => {
    const table = destinationOf();
    const wrong = new URL(serverUrl());
    wrong.password = "planted-secret-5d1c";
    const errors: unknown[] = [
      await deliver(table, "1", 1, "a@example.com").catch((error: unknown) => error),
    ];
    for (const given of [wrong.href, "mysql://root:planted-secret-5d1c@127.0.0.1:1"]) {
      connectTo(given);
      const to = destinationOf();
      errors.push(await deliver(to, "1", 1, "a@example.com").catch((error: unknown) => error));
      await expect(to.prepare?.(context())).rejects.toBeInstanceOf(RetryableError);
    }
    for (const error of errors) {
      expect(error).toBeInstanceOf(RetryableError);
      expect((error as Error).message).toMatch(/^MySQL: ./);
      expect((error as Error).message).not.toContain("planted-secret");
    }
  });

  test("a URL that is none is told by the setting's name alone", async () => {
    for (const given of ["planted-secret", "postgres://u:planted-secret@h", "mysql://u:%zz@h"]) {
      connectTo(given);
      const error = await deliver(destinationOf(), "1", 1, "a@example.com").catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(RetryableError);
      expect((error as Error).message).toMatch(/TEST_MYSQL_URL/);
      expect((error as Error).message).not.toContain("planted-secret");
    }
  });

  test("with ?ssl=true nothing goes to a server whose certificate nobody vouches for, or that has none", async () => {
    connectTo(`${serverUrl()}/?ssl=true`);
    const error = await deliver(destinationOf(), "1", 1, "a@example.com").catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RetryableError);
    expect((error as Error).message).toMatch(/certificate|secure connection|SSL/i);
  });

  test("close lets go of every connection; a later delivery opens a new one", async () => {
    await administrator().query(`CREATE DATABASE ${database}`);
    const user = await connectAsUser();
    const connections = async (): Promise<number> =>
      (await query("SELECT id FROM information_schema.processlist WHERE user = ?", [user])).length;
    const to = await prepared();
    await deliver(to, "1", 1, "a@example.com");
    expect(await connections()).toBeGreaterThan(0);
    await to.close?.();
    await expect.poll(connections, { timeout: 5_000 }).toBe(0);
    await deliver(to, "1", 2, "b@example.com");
    expect(await people()).toEqual(["1 2 b@example.com"]);
  });
});

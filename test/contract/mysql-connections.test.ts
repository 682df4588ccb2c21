import { createConnection } from "mysql2/promise";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Attempt, Destination } from "../../engine/define/index.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import { connectTo, database, deliverPerson, kinds, people, query, serverUrl } from "./mysql-people.ts";
import { phones, preparedAll, withPhones } from "./mysql-phones.ts";
import { proxyOf } from "./mysql-proxy.ts";
import { privateMysqlServer } from "./mysql-server.ts";

const IDS = Array.from({ length: 10 }, (_, n) => `c${n}`);

/** A version of everybody: from version to version a phone goes, one changes and one comes. */
const send = (to: Destination, version: number): Promise<Attempt>[] =>
  IDS.map((id) => deliverPerson(to, id, version, phonesAt(version)));
const phonesAt = (version: number): ReturnType<typeof withPhones> =>
  withPhones(`${version} new`, `${version + 1} changed`);

/** What the tables hold when all of them are at this version. */
const phoneRows = (version: number): string[] =>
  IDS.flatMap((id) =>
    [`${version} new`, `${version + 1} changed`].map((phone) => `${id} ${version} ${phone}`).toSorted(),
  );
const peopleRows = (version: number): string[] => IDS.map((id) => `${id} ${version} a@example.com`);
const outcomes = async (attempts: readonly Promise<Attempt>[]): Promise<string[]> => [
  ...new Set(await kinds(attempts)),
];

/** Sends an attempt again for as long as it fails as one that may come again, as the engine does. */
async function persist(attempt: () => Promise<Attempt>, meanwhile: () => Promise<void>): Promise<Attempt> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
      await meanwhile();
    }
  }
}

describe("a connection that is cut amid a batch", () => {
  test("before the server hears of the commit: nothing is there, and all of it after a repeat", async () => {
    const proxy = await proxyOf(serverUrl());
    connectTo(proxy.url);
    const to = await preparedAll();
    expect(await outcomes(send(to, 1))).toEqual(["delivered"]);
    proxy.cutAt("before");
    expect(await outcomes(send(to, 2))).toEqual(["again"]);
    expect([await people(), await phones()]).toEqual([peopleRows(1), phoneRows(1)]);
    expect(await outcomes(send(to, 2))).toEqual(["delivered"]);
    expect([await people(), await phones()]).toEqual([peopleRows(2), phoneRows(2)]);
  });

  test("after the commit, before anybody hears of it: all is there, and a repeat finds it so", async () => {
    const proxy = await proxyOf(serverUrl());
    connectTo(proxy.url);
    const to = await preparedAll();
    expect(await outcomes(send(to, 1))).toEqual(["delivered"]);
    proxy.cutAt("after");
    expect(await outcomes(send(to, 2))).toEqual(["again"]);
    expect([await people(), await phones()]).toEqual([peopleRows(2), phoneRows(2)]);
    expect(await outcomes(send(to, 2))).toEqual(["stands"]);
    expect([await people(), await phones(), await phones("lines")]).toEqual([
      peopleRows(2),
      phoneRows(2),
      phoneRows(2),
    ]);
  });

  test("anywhere: every table is at the old version or every one at the new, and never goes back", async () => {
    const proxy = await proxyOf(serverUrl());
    connectTo(proxy.url);
    const to = await preparedAll();
    await Promise.all(send(to, 1));
    let cuts = 0;
    for (let version = 2; version <= 25; version++) {
      proxy.cutAt(Math.floor(Math.random() * 6_000));
      const all = IDS.map((id) =>
        persist(
          () => deliverPerson(to, id, version, phonesAt(version)),
          async () => {
            const rows = await query<{ v: number }>(`SELECT DISTINCT version AS v FROM ${database}.people`);
            for (const { v } of rows) expect([version - 1, version]).toContain(v);
          },
        ),
      );
      await Promise.all(all);
      if (proxy.hasCut) cuts++;
      expect([await people(), await phones(), await phones("lines")]).toEqual([
        peopleRows(version),
        phoneRows(version),
        phoneRows(version),
      ]);
      const late = send(to, version - 1);
      expect(await Promise.all(late.map((one) => one.catch(() => "again")))).toHaveLength(IDS.length);
      expect(await people()).toEqual(peopleRows(version));
    }
    expect(cuts).toBeGreaterThan(0);
  });
});

describe.skipIf(process.env["MYSQL_URL"] !== undefined)("a server that is killed amid batches", () => {
  test("and started again has every row right, and none ever went back", { timeout: 120_000 }, async () => {
    const server = await privateMysqlServer();
    onTestFinished(() => server.stop());
    connectTo(server.url);
    const to = await preparedAll();
    let serving = Promise.resolve();
    let done = false;
    const last = 60;
    const delivered = new Map<string, number>();
    const work = IDS.map(async (id) => {
      for (let version = 1; version <= last; version++) {
        await persist(
          () => deliverPerson(to, id, version, phonesAt(version)),
          () => serving,
        );
        delivered.set(id, version);
      }
    });
    const finished = Promise.all(work).finally(() => {
      done = true;
    });
    for (const kill of [8, 20, 32, 44]) {
      await expect
        .poll(() => delivered.get("c0") ?? 0, { timeout: 30_000, interval: 1 })
        .toBeGreaterThan(kill);
      const known = new Map(delivered);
      serving = server.kill().then(() => server.start());
      await serving;
      // What was told as delivered is there, or something newer.
      for (const [id, version] of await versionsOf(server.url)) {
        expect(version).toBeGreaterThanOrEqual(known.get(id) ?? 0);
      }
      expect(done).toBe(false);
    }
    await finished;
    expect(await versionsOf(server.url)).toEqual(new Map(IDS.map((id) => [id, last])));
    const rows = await rowsOf(server.url, "SELECT CONCAT_WS(' ', id, version, number, kind) AS r", "phones");
    expect(rows.map(({ r }) => r)).toEqual(phoneRows(last));
  });
});

/** The version of each person's row. */
async function versionsOf(url: string): Promise<Map<string, number>> {
  const rows = await rowsOf(url, "SELECT id, version", "people");
  return new Map(rows.map((row) => [String(row["id"]), Number(row["version"])]));
}

async function rowsOf(url: string, select: string, table: string): Promise<Record<string, unknown>[]> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query(`${select} FROM ${database}.${table} ORDER BY 1`);
    return rows as Record<string, unknown>[];
  } finally {
    await connection.end();
  }
}

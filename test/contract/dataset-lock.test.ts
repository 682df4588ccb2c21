import { createHash } from "node:crypto";
import mysql2, { type Connection } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { oneAtATime } from "../../engine/datasets/load/one-at-a-time.ts";
import { type DatasetsDesk, openDatasetsDesk } from "./datasets-desk.ts";
import { type MysqlServer, privateMysqlServer } from "./mysql-server.ts";

let server: MysqlServer;
let desk: DatasetsDesk;
let stranger: Connection;
beforeAll(async () => {
  server = await privateMysqlServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  desk = await openDatasetsDesk(server.url);
  await desk.sql("CREATE USER IF NOT EXISTS stranger@'%' IDENTIFIED BY 'pass'");
  const own = new URL(server.url);
  own.username = "stranger";
  own.password = "pass";
  stranger = await mysql2.createConnection(own.href);
});
afterEach(async () => {
  await stranger.end();
  await desk.close();
});

const free = async (name: string): Promise<unknown> => {
  const [rows] = await stranger.query<mysql2.RowDataPacket[]>("SELECT IS_FREE_LOCK(?) AS free", [name]);
  return Number(rows[0]?.["free"]);
};

describe("another login of the server", () => {
  it("holds up no load: what it can make of the table's name is not the name of its lock", async () => {
    const digest = createHash("sha256").update("people").digest("hex");
    const guesses = ["people", "caudal_datasets.people", digest, digest.slice(0, 40)];
    for (const guess of guesses.flatMap((name) => [name, `caudal ${name}`, `caudal_${name}`])) {
      await stranger.query("SELECT GET_LOCK(?, 0)", [guess]);
    }
    expect(await desk.load("id,name\n1,Ana\n")).toMatchObject({ status: "succeeded" });
    expect(await desk.rows()).toEqual([[1, "1", "Ana"]]);
  });
});

describe("the lock of a dataset", () => {
  it("is held while its table is worked on, and free after that, whatever became of it", async () => {
    const { datasets } = desk.loading;
    const [people, others] = ["people", "others"].map((table) => datasets.lockName(table));
    const seen = await oneAtATime(datasets, "people", () =>
      Promise.all([people, others].map((name) => free(name ?? ""))),
    );
    expect(seen).toEqual([0, 1]);
    const fails = oneAtATime(datasets, "people", () => Promise.reject(new Error("no")));
    await expect(fails).rejects.toThrow("no");
    expect(await free(people ?? "")).toBe(1);
  });
});

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type DatasetsDesk, openDatasetsDesk } from "./datasets-desk.ts";
import { type MysqlServer, privateMysqlServer } from "./mysql-server.ts";
import { readDataset } from "../../engine/datasets/registry.ts";
import type { Dataset } from "../../engine/datasets/dataset.ts";

let server: MysqlServer;
let desk: DatasetsDesk;
beforeAll(async () => {
  server = await privateMysqlServer();
});
afterAll(() => server?.stop());
beforeEach(async () => {
  desk = await openDatasetsDesk(server.url);
});
afterEach(() => desk.close());

const PEOPLE = "id,name\n1,Ana\n2,Luis\n3,Eva\n";

async function dataset(table = "people"): Promise<Dataset | undefined> {
  const pool = await desk.loading.datasets.pool();
  return pool.use((connection) => readDataset(connection, table));
}

describe("a file that is loaded for the first time", () => {
  it("becomes a table with its rows in their order, and the run says what came of it", async () => {
    const run = await desk.load(PEOPLE);
    expect(run).toMatchObject({
      kind: "load",
      name: "people",
      status: "succeeded",
      progress: { done: 3, total: 3, unit: "rows" },
      result: {
        table: "people",
        rows: 3,
        loaded: 3,
        rejected: 0,
        bytes: PEOPLE.length,
        columns: ["id", "name"],
        notes: [],
        encoding: "utf-8",
        delimiter: ",",
        chunks: { done: 1, total: 1 },
      },
    });
    expect(await desk.rows()).toEqual([
      [1, "1", "Ana"],
      [2, "2", "Luis"],
      [3, "3", "Eva"],
    ]);
  });

  it("is known with its columns, what is in them, and whose it is", async () => {
    const { run } = await desk.load(PEOPLE);
    expect(await dataset()).toMatchObject({
      table: "people",
      owner: "ana",
      rows: 3,
      version: run,
      columns: [
        { name: "id", header: "id", cells: { filled: 3, numbers: 3, dates: 0, codes: 0 } },
        { name: "name", header: "name", cells: { filled: 3, numbers: 0, dates: 0, codes: 0 } },
      ],
    });
  });

  it("leaves no part, no table of its own and no message behind, and calls for what follows", async () => {
    await desk.load(PEOPLE);
    expect(await desk.tables()).toEqual(["people"]);
    expect(desk.ports.blobNames()).toEqual([]);
    expect(await desk.sql("SELECT * FROM caudal_datasets._chunks")).toEqual([]);
    expect(desk.loaded).toEqual(["people"]);
  });

  it("of a header alone becomes a table without rows", async () => {
    const run = await desk.load("id,name\n");
    expect(run).toMatchObject({ status: "succeeded", result: { rows: 0, loaded: 0 } });
    expect(await desk.rows()).toEqual([]);
  });
});

describe("records that are no rows", () => {
  it("stay out of the table, are counted, and are kept with line and reason", async () => {
    const run = await desk.load('id,name\n1,Ana\n2\n3,"E"va\n4,Luz\n');
    expect(run).toMatchObject({ status: "succeeded", result: { rows: 2, loaded: 2, rejected: 2 } });
    expect((await desk.rows()).map(([row]) => row)).toEqual([1, 4]);
    const [name = ""] = desk.ports.blobNames();
    expect(Buffer.from((await desk.ports.blobs.get(name)) ?? []).toString()).toMatch(/^3,"[^"]+","2"\n4,/);
  });

  it("end a strict load at the first of them, with its line, and nothing of it is left", async () => {
    const run = await desk.load("id,name\n1,Ana\n2\n", { strict: true });
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/^line 3: .*strict/);
    expect(await desk.tables()).toEqual([]);
    expect(desk.ports.blobNames()).toEqual([]);
    expect(await dataset()).toBeUndefined();
  });
});

describe("a file for a table that is there", () => {
  beforeEach(async () => {
    await desk.load(PEOPLE);
  });

  it("is not taken as a new one", async () => {
    const run = await desk.load("id,name\n9,Zoe\n", { mode: "create" });
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/there is a table "people" by now/);
    expect((await desk.rows()).length).toBe(3);
  });

  it("takes its place with replace, columns and all", async () => {
    const run = await desk.load("code\nX\n", { mode: "replace" });
    expect(run.status).toBe("succeeded");
    expect(await desk.rows()).toEqual([[1, "X"]]);
    expect(await dataset()).toMatchObject({ rows: 1, version: run.run, columns: [{ name: "code" }] });
    expect(await desk.tables()).toEqual(["people"]);
  });

  it("stays with replace where no record of the file is a row", async () => {
    const before = await desk.rows();
    const run = await desk.load("id,name\n1\n2\n", { mode: "replace" });
    expect(run).toMatchObject({ status: "failed", error: expect.stringContaining("none of the 2 records") });
    expect(await desk.rows()).toEqual(before);
  });

  it("goes behind its rows with append, whatever the order and case of its columns", async () => {
    const run = await desk.load("NAME,Id\nZoe,9\nMia,x\n", { mode: "append" });
    expect(run).toMatchObject({ status: "succeeded", result: { rows: 5, loaded: 2 } });
    expect((await desk.rows()).slice(3)).toEqual([
      [4, "9", "Zoe"],
      [5, "x", "Mia"],
    ]);
    expect((await dataset())?.columns[0]).toMatchObject({ name: "id", cells: { filled: 5, numbers: 4 } });
  });

  it("is refused with append when it has other columns, and says which", async () => {
    await expect(desk.send("id,nombre\n9,Zoe\n", { mode: "append" })).rejects.toThrow(
      'the file has not the columns of the table "people": it lacks "name"; it has "nombre", which the table has not',
    );
    expect((await desk.rows()).length).toBe(3);
    expect(await desk.sql("SELECT * FROM caudal_datasets._loads WHERE state <> 'done'")).toEqual([]);
  });

  it("changes rows of its key with upsert, of which each keeps its place, and adds the others", async () => {
    const file = "id,name\n2,Luisa\n7,Zoe\n2,Lucía\n3,Eva\n";
    const run = await desk.load(file, { mode: "upsert", key: ["ID"] });
    expect(run).toMatchObject({
      status: "succeeded",
      result: { rows: 4, loaded: 4, inserted: 1, updated: 2 },
    });
    expect(await desk.rows()).toEqual([
      [1, "1", "Ana"],
      [2, "2", "Lucía"],
      [3, "3", "Eva"],
      [5, "7", "Zoe"],
    ]);
    expect((await dataset())?.key).toEqual(["id"]);
  });
});

describe("upsert", () => {
  it("makes the table where there is none: the last record of a key wins", async () => {
    const run = await desk.load("a,b,c\nx,1,old\ny,1,only\nx,1,new\n", { mode: "upsert", key: ["a", "b"] });
    expect(run).toMatchObject({ status: "succeeded", result: { rows: 2, inserted: 2, updated: 1 } });
    expect(await desk.rows()).toEqual([
      [1, "x", "1", "new"],
      [2, "y", "1", "only"],
    ]);
    expect(await desk.tables()).toEqual(["people"]);
  });

  it("takes keys apart that would read alike when put together", async () => {
    const file = "a,b\nx1,1\nx,11\n1:x,\n1,:x\n";
    const run = await desk.load(file, { mode: "upsert", key: ["a", "b"] });
    // An empty cell is no key.
    expect(run).toMatchObject({ status: "succeeded", result: { rows: 3, rejected: 1 } });
  });

  it("keeps to the first key", async () => {
    await desk.load("a,b\nx,1\n", { mode: "upsert", key: ["a"] });
    await expect(desk.send("a,b\nx,2\n", { mode: "upsert", key: ["b"] })).rejects.toThrow(
      'the key of the table "people" is a, and stays so: the load says b',
    );
  });

  it("fails where rows of the table share the key, and leaves them", async () => {
    await desk.load("a,b\nx,1\nx,2\n");
    const run = await desk.load("a,b\nx,3\n", { mode: "upsert", key: ["a"] });
    expect(run.status).toBe("failed");
    expect(run.error).toMatch(/have the same a/);
    expect(await desk.rows()).toEqual([
      [1, "x", "1"],
      [2, "x", "2"],
    ]);
  });
});

describe("the very same file again", () => {
  it("is not loaded: the answer is the run that did", async () => {
    const first = await desk.load(PEOPLE);
    const second = await desk.send(PEOPLE, { mode: "append" });
    expect(second).toBe(first.run);
    await desk.serve();
    expect((await desk.rows()).length).toBe(3);
    expect(await desk.tables()).toEqual(["people"]);
  });

  it("is loaded when that is asked for", async () => {
    await desk.load(PEOPLE);
    await desk.load(PEOPLE, { mode: "append", again: true });
    expect((await desk.rows()).length).toBe(6);
  });

  it("is loaded when its rows are in the table no more", async () => {
    await desk.load(PEOPLE);
    await desk.load("id,name\n9,Zoe\n", { mode: "replace" });
    await desk.load(PEOPLE, { mode: "append" });
    expect((await desk.rows()).length).toBe(4);
  });

  it("is loaded once when it is sent twice at the same time", async () => {
    await desk.load("id,name\n9,Zoe\n");
    const [one, other] = await Promise.all([
      desk.send(PEOPLE, { mode: "append" }),
      desk.send(PEOPLE, { mode: "append" }),
    ]);
    await desk.serve();
    expect((await desk.rows()).length).toBe(4);
    const results = await Promise.all([desk.run(one), desk.run(other)]);
    expect(results.map(({ status }) => status)).toEqual(["succeeded", "succeeded"]);
    expect(results.filter(({ result }) => result?.["already"] !== undefined)).toHaveLength(1);
  });
});

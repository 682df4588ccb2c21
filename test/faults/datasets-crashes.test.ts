import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { readDataset } from "../../engine/datasets/registry.ts";
import { cancelRun } from "../../engine/runs/cancel.ts";
import { tendLoads } from "../../engine/datasets/load/tend-loads.ts";
import { readFile } from "../../engine/datasets/load/read-file.ts";
import { LOADS, RUNS } from "../../engine/define/topology.ts";
import { type DatasetsDesk, openDatasetsDesk } from "../contract/datasets-desk.ts";
import { type MysqlServer, privateMysqlServer } from "../contract/mysql-server.ts";

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

const OLD = "id,note\n0,old\n";

/** Records over many parts, with line breaks in quotes where parts are cut, and some that are no rows. */
function manyRecords(count: number): string {
  const records = Array.from({ length: count }, (_, i) =>
    i % 17 === 5 ? `${i},"broken"x` : `${i},"line one of ${i}\nline two, ""quoted"""`,
  );
  return `id,note\n${records.join("\n")}\n`;
}

const FILE = manyRecords(60);

function rowsOf(count: number): unknown[][] {
  return Array.from({ length: count }, (_, i) => [
    i + 1,
    String(i),
    `line one of ${i}\nline two, "quoted"`,
  ]).filter((_, i) => i % 17 !== 5);
}

/** Lets two minutes pass for the loads, in which nobody is heard of. */
async function becomesSilent(): Promise<void> {
  await desk.sql("UPDATE caudal_datasets._loads SET seen = seen - INTERVAL 10 MINUTE");
}

async function nothingLeft(): Promise<void> {
  expect(desk.ports.blobNames().filter((name) => !name.includes("/rejected-"))).toEqual([]);
  expect(await desk.sql("SELECT * FROM caudal_datasets._chunks")).toEqual([]);
  expect((await desk.tables()).filter((name) => name.startsWith("_"))).toEqual([]);
  expect(
    await desk.sql("SELECT * FROM caudal_datasets._loads WHERE state IN ('reading', 'complete', 'ending')"),
  ).toEqual([]);
}

describe("loaders side by side", () => {
  it.each([1, 2, 4])(
    "make the same table with %i lanes, with line breaks in quotes at every cut",
    async (lanes) => {
      const id = await desk.send(FILE, {}, 7);
      expect(desk.waiting.get(LOADS)?.length).toBeGreaterThan(20);
      await desk.serve(lanes);
      expect(await desk.run(id)).toMatchObject({ status: "succeeded", result: { loaded: 56, rejected: 4 } });
      expect(await desk.rows()).toEqual(rowsOf(60));
      await nothingLeft();
    },
  );

  it("are not disturbed by messages that come twice, and late", async () => {
    const id = await desk.send(FILE);
    const messages = [...(desk.waiting.get(LOADS) ?? [])];
    desk.waiting.get(LOADS)?.push(...messages);
    await desk.serve();
    desk.waiting.get(LOADS)?.push(...messages);
    desk.waiting
      .get(RUNS)
      ?.push({ body: { kind: "load", name: "people", run: id }, sessionId: "x", messageId: "x" });
    await desk.serve();
    expect(await desk.rows()).toEqual(rowsOf(60));
    await nothingLeft();
  });

  it("of one part at a time, on two hosts that both have it, bring it in once", async () => {
    await desk.send(FILE);
    const twins = (desk.waiting.get(LOADS) ?? []).map((message) => ({
      ...message,
      sessionId: `twin ${message.sessionId}`,
    }));
    desk.waiting.get(LOADS)?.push(...twins);
    await desk.serve(8);
    expect(await desk.rows()).toEqual(rowsOf(60));
    await nothingLeft();
  });
});

describe("a load that is not finished", () => {
  it("is not seen: the table stays as it was until all of it is", async () => {
    await desk.load(OLD);
    await desk.send(FILE, { mode: "replace" });
    const messages = desk.waiting.get(LOADS) ?? [];
    const last = messages.splice(-1);
    await desk.serve();
    expect(await desk.rows()).toEqual([[1, "0", "old"]]);
    messages.push(...last);
    await desk.serve();
    expect(await desk.rows()).toEqual(rowsOf(60));
  });
});

describe.each(["create", "replace", "append", "upsert"] as const)(
  "a host that dies while it loads with %s",
  (mode) => {
    const request = { mode, ...(mode === "upsert" ? { key: ["id"] } : {}) };
    // A key that is there already would be changed; none of the file is.
    const before = "id,note\nfirst,old\n";
    const expected = (): unknown[][] =>
      mode === "append" || mode === "upsert"
        ? [[1, "first", "old"], ...rowsOf(60).map(([row, ...cells]) => [Number(row) + 1, ...cells])]
        : rowsOf(60);

    it("at whatever call, before or after it had its effect: the table is right in the end, no row twice", async () => {
      let calls = Number.POSITIVE_INFINITY;
      for (let call = 0; call < calls; call += 1) {
        for (const when of ["before", "after"] as const) {
          await desk.close();
          desk = await openDatasetsDesk(server.url, 2_000);
          if (mode !== "create") await desk.load(before);
          const id = await desk.send(FILE, request);
          desk.calls = 0;
          desk.fault = { call, when };
          await desk.serve();
          desk.fault = undefined;
          await becomesSilent();
          await tendLoads(desk.loading);
          await desk.serve();
          expect((await desk.run(id)).status, `call ${call}, ${when}`).toBe("succeeded");
          expect(await desk.rows(), `call ${call}, ${when}`).toEqual(expected());
          await nothingLeft();
          const pool = await desk.loading.datasets.pool();
          const dataset = await pool.use((connection) => readDataset(connection, "people"));
          expect(dataset?.rows).toBe(expected().length);
          calls = desk.calls;
        }
      }
      expect(calls).toBeGreaterThan(5);
    });
  },
);

describe("an upload that breaks off", () => {
  async function* brokenOff(): AsyncGenerator<Uint8Array> {
    // More than what is looked at before the first part is cut.
    for (let i = 0; i < 30; i++) yield Buffer.from(i === 0 ? FILE : "9,late\n".repeat(10_000));
    await Promise.resolve();
    throw new Error("the client went away");
  }

  it("ends the run as failed and leaves the table as it was", async () => {
    await desk.close();
    desk = await openDatasetsDesk(server.url, 500_000);
    await desk.load(OLD);
    const request = {
      table: "people",
      file: "f",
      mode: "replace",
      strict: false,
      again: false,
      owner: "ana",
    } as const;
    const reading = readFile(desk.loading, { run: "broken", request, actor: "ana", bytes: brokenOff() });
    await expect(reading).rejects.toThrow("the client went away");
    await desk.serve();
    const run = await desk.run("broken");
    expect(run).toMatchObject({
      status: "failed",
      error: "the file did not come to its end: the client went away",
    });
    expect(await desk.rows()).toEqual([[1, "0", "old"]]);
    await nothingLeft();
  });

  it("with the host that read it is found by the timer, and not before it has been silent", async () => {
    await desk.load(OLD);
    const id = await desk.send(FILE, { mode: "replace" });
    await desk.sql(`UPDATE caudal_datasets._loads SET state = 'reading', parts = NULL WHERE run = '${id}'`);
    await tendLoads(desk.loading);
    expect((await desk.run(id)).endedAt).toBeUndefined();
    await becomesSilent();
    await tendLoads(desk.loading);
    await desk.serve();
    expect((await desk.run(id)).status).toBe("failed");
    expect((await desk.run(id)).error).toMatch(/the upload broke off/);
    expect(await desk.rows()).toEqual([[1, "0", "old"]]);
    await nothingLeft();
  });
});

describe("a load that the server refuses while it is finished", () => {
  it("ends as failed with what the server says, and nothing of it is left", async () => {
    await desk.load(OLD);
    const id = await desk.send(FILE, { mode: "append" });
    // Somebody altered the table by hand.
    await desk.sql("ALTER TABLE caudal_datasets.people CHANGE note other TEXT NOT NULL");
    await desk.serve();
    expect(await desk.run(id)).toMatchObject({
      status: "failed",
      error: expect.stringContaining("Unknown column 'note'"),
    });
    expect(await desk.rows()).toEqual([[1, "0", "old"]]);
    await nothingLeft();
  });
});

describe("a load that is cancelled", () => {
  it("ends when a loader sees it, and nothing of it is left", async () => {
    await desk.load(OLD);
    const id = await desk.send(FILE, { mode: "append" });
    await cancelRun(desk.ports, id, "ana");
    await desk.serve();
    expect((await desk.run(id)).status).toBe("cancelled");
    expect(await desk.rows()).toEqual([[1, "0", "old"]]);
    // No loader brought it so far that it could be finished.
    expect(desk.ports.sent(RUNS).filter(({ messageId }) => messageId.startsWith(id))).toEqual([]);
    await nothingLeft();
  });

  it.each(["create", "replace"] as const)(
    "after its host died at whatever call of a %s: the table is the old one or the new one, and known as what it is",
    async (mode) => {
      const outcomes = new Set<string>();
      let calls = Number.POSITIVE_INFINITY;
      for (let call = 0; call < calls; call += 1) {
        for (const when of ["before", "after"] as const) {
          await desk.close();
          desk = await openDatasetsDesk(server.url, 2_000);
          if (mode === "replace") await desk.load("code\nold\n");
          const id = await desk.send(FILE, { mode });
          desk.calls = 0;
          desk.fault = { call, when };
          await desk.serve();
          desk.fault = undefined;
          await cancelRun(desk.ports, id, "ana");
          await becomesSilent();
          await tendLoads(desk.loading);
          await desk.serve();
          const { status } = await desk.run(id);
          outcomes.add(status);
          const pool = await desk.loading.datasets.pool();
          const dataset = await pool.use((connection) => readDataset(connection, "people"));
          const old = mode === "replace" ? [[1, "old"]] : [];
          const expected = status === "succeeded" ? rowsOf(60) : old;
          expect(dataset?.rows ?? 0, `call ${call}, ${when}`).toBe(expected.length);
          expect(dataset ? await desk.rows() : await desk.tables(), `call ${call}, ${when}`).toEqual(
            expected,
          );
          await nothingLeft();
          calls = desk.calls;
        }
      }
      expect([...outcomes].toSorted()).toEqual(["cancelled", "succeeded"]);
    },
  );

  it("just before it is finished is not finished", async () => {
    const id = await desk.send(FILE);
    const messages = desk.waiting.get(RUNS) ?? [];
    const held = messages.push.bind(messages);
    const finishing: Parameters<typeof held> = [];
    messages.push = (...more) => finishing.push(...more);
    await desk.serve();
    messages.push = held;
    await cancelRun(desk.ports, id, "ana");
    messages.push(...finishing);
    await desk.serve();
    expect((await desk.run(id)).status).toBe("cancelled");
    expect(await desk.tables()).toEqual([]);
    await nothingLeft();
  });

  it("while its file comes in is read no further, although no byte comes", async () => {
    await desk.close();
    desk = await openDatasetsDesk(server.url, 500_000);
    async function* stuck(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`id,note\n${"9,late\n".repeat(300_000)}`);
      await cancelRun(desk.ports, "stuck", "ana");
      await new Promise(() => {});
    }
    const request = {
      table: "people",
      file: "f",
      mode: "create",
      strict: false,
      again: false,
      owner: "ana",
    } as const;
    await expect(
      readFile(desk.loading, { run: "stuck", request, actor: "ana", bytes: stuck() }),
    ).rejects.toThrow("the load was cancelled");
    await desk.serve();
    expect((await desk.run("stuck")).status).toBe("cancelled");
    expect(await desk.tables()).toEqual([]);
    await nothingLeft();
  });
});

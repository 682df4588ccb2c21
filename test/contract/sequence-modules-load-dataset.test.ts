import { setImmediate } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "../../engine/datasets/database.ts";
import { readLoad } from "../../engine/datasets/load/load-record.ts";
import { tendLoads } from "../../engine/datasets/load/tend-loads.ts";
import { CancelledError } from "../../engine/errors/cancelled-error.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { saveRun } from "../../engine/runs/run.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { loadIdOf } from "../../modules/dataset-load/load-id.ts";
import { loadDataset } from "../../modules/load-dataset.ts";
import { type Done, type Given, runModule } from "../unit/modules/run-module.ts";
import { type DatasetsDesk, openDatasetsDesk } from "./datasets-desk.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

let mysql: MysqlServer;
let desk: DatasetsDesk;
beforeAll(async () => {
  mysql = await mysqlServer();
});
beforeEach(async () => {
  await desk?.close();
  desk = await openDatasetsDesk(mysql.url);
});
afterAll(async () => {
  await desk?.close();
  await mysql?.stop();
});

const FILE = `name,city\n${["Ana,Quito", "Luis,Cali", "Eva,Lima", "Juan,Loja", "Inés,Cusco"].map((row) => `${row} de la Cordillera\n`).join("")}`;

/** Does a step, with the other hosts at work beside it; a host that dies takes the step with it. */
async function load(given: Given & { readonly config: object }): Promise<Done> {
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, ...(given.signal ? [given.signal] : [])]);
  const step = runModule(loadDataset({ loading: desk.loading }, 1), { input: FILE, ...given, signal });
  const over = step.then(
    () => true,
    () => true,
  );
  const others = async (): Promise<void> => {
    while (!(await Promise.race([over, setImmediate(false)]))) {
      await desk.serve();
      if (desk.fault && desk.calls > desk.fault.call) stop.abort(new Error("the host is gone"));
    }
  };
  const [done] = await Promise.all([step, others()]);
  return done;
}

/** Does a step whose host dies while the file comes in. */
async function breakOff(given: Given & { readonly config: object }): Promise<void> {
  Object.assign(desk, { fault: { call: 7, when: "before" }, calls: 0 });
  await expect(load(given)).rejects.toThrow(/host is gone/);
  desk.fault = undefined;
  const [state] = await desk.sql("SELECT state FROM caudal_datasets._loads");
  expect(state).toEqual({ state: "reading" });
}

const names = async (table = "people"): Promise<unknown[]> =>
  (await desk.rows(table)).map(([, name]) => name);
const ALL = ["Ana", "Luis", "Eva", "Juan", "Inés"];

describe("load_dataset", () => {
  it("loads a file into a new dataset, and says how many rows there were", async () => {
    const { result, log } = await load({ config: { table: "people", mode: "create" } });
    expect(result).toEqual({ table: "people", run: loadIdOf("run-1:0", 0), rows: 5, rejected: 0 });
    expect(await names()).toEqual(ALL);
    expect(log[0]).toContain('into "people"');
    expect(desk.loaded).toEqual(["people"]);
  });

  it("does nothing when it is done again, whatever the mode", async () => {
    for (const mode of ["create", "append", "replace", "upsert"] as const) {
      const config = { table: mode, mode, again: true, ...(mode === "upsert" ? { key: ["name"] } : {}) };
      const first = await load({ config, key: `run-2:${mode}` });
      const second = await load({ config, key: `run-2:${mode}` });
      expect(second.result).toEqual(first.result);
      expect(await names(mode)).toEqual(ALL);
    }
  });

  it("adds the rows of each run, and once those of one", async () => {
    const config = { table: "people", mode: "append", again: true };
    for (const key of ["run-1:0", "run-1:0", "run-2:0", "run-2:0"]) await load({ config, key });
    expect(await names()).toEqual([...ALL, ...ALL]);
  });

  it("of a file that another run loaded says which, unless it is to be loaded again", async () => {
    const config = { table: "people", mode: "append" };
    const { result } = await load({ config, key: "run-1:0" });
    expect((await load({ config, key: "run-2:0" })).result).toMatchObject({
      already: (result as { run: string }).run,
    });
    expect(await names()).toEqual(ALL);
  });

  it("changes the rows of a key, by the dataset's own where none is said", async () => {
    await load({ config: { table: "people", mode: "upsert", key: ["name"] }, key: "run-1:0" });
    await load({
      config: { table: "people", mode: "upsert" },
      key: "run-2:0",
      input: "name,city\nAna,Loja\nZoe,Manta\n",
    });
    expect(await names()).toEqual([...ALL, "Zoe"]);
    expect((await desk.rows())[0]).toContain("Loja");
  });

  it(
    "goes on in the middle of a file when its host died, at whatever call, and its rows count once",
    { timeout: 300_000 },
    async () => {
      let last = 0;
      for (let call = 0, reached = true; reached; call++) {
        for (const when of ["before", "after"] as const) {
          const table = `t${call}${when}`;
          const given = { config: { table, mode: "append", again: true }, key: `${table}:0` };
          Object.assign(desk, { fault: { call, when }, calls: 0 });
          const died = await load(given).then(
            () => false,
            () => true,
          );
          reached = desk.calls > call;
          desk.fault = undefined;
          const { result } = await load(given);
          expect(result, `${when} call ${call}`).toMatchObject({ rows: 5, rejected: 0 });
          expect(await names(table), `${when} call ${call}, died: ${died}`).toEqual(ALL);
          last = call;
        }
      }
      expect(last).toBeGreaterThan(30);
    },
  );

  it("goes on with the load that it began, as that was asked for, although its configuration is another by now", async () => {
    const config = { table: "people", mode: "append" };
    await breakOff({ config });
    const { result, log } = await load({ config: { ...config, encoding: "windows-1252" } });
    expect(result).toMatchObject({ run: loadIdOf("run-1:0", 0), rows: 5 });
    expect(log[0]).toMatch(/^goes on with the load/);
    expect(await names()).toEqual(ALL);
  });

  it("counts once where a host that was thought dead goes on beside the one that took its place", async () => {
    const given = { config: { table: "people", mode: "append", again: true } };
    const both = await Promise.all([load(given), load(given)]);
    expect(both[0].result).toEqual(both[1].result);
    expect(await names()).toEqual(ALL);
  });

  it("begins a second load where the first was given up meanwhile, and its rows count once", async () => {
    const given = { config: { table: "people", mode: "append", again: true } };
    await breakOff(given);
    const first = loadIdOf("run-1:0", 0);
    await desk.sql(`UPDATE caudal_datasets._loads SET seen = '2020-01-01' WHERE run = '${first}'`);
    await tendLoads(desk.loading);
    expect((await load(given)).result).toMatchObject({ run: loadIdOf("run-1:0", 1), rows: 5 });
    expect((await load(given)).result).toMatchObject({ run: loadIdOf("run-1:0", 1), rows: 5 });
    expect(await names()).toEqual(ALL);
  });

  it("ends a load that was begun with another file, and loads that of today", async () => {
    const given = { config: { table: "people", mode: "append" } };
    await breakOff(given);
    const { result } = await load({ ...given, input: "name,city\nZoe,Manta\n" });
    expect(result).toMatchObject({ run: loadIdOf("run-1:0", 1), rows: 1 });
    expect(await names()).toEqual(["Zoe"]);
    expect(await desk.run(loadIdOf("run-1:0", 0))).toMatchObject({ status: "failed" });
  });
});

describe("what load_dataset does not take", () => {
  it("fails for good on a file that does not fit, with its words", async () => {
    await load({ config: { table: "people", mode: "append" }, key: "run-1:0" });
    const input = "name,town\nAna,Quito\n";
    const again = load({ config: { table: "people", mode: "append" }, key: "run-2:0", input });
    await expect(again).rejects.toThrow(PermanentError);
    await expect(again).rejects.toThrow(/town/);
    expect(await names()).toEqual(ALL);
  });

  it("fails for good on a record that is none, where the load is strict, and names its line", async () => {
    const given = { config: { table: "people", mode: "append", strict: true }, input: "a,b\n1,2\n3\n" };
    const failed = load(given);
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow(/line 3/);
    expect(await desk.tables()).toEqual([]);
  });

  it("counts what is rejected where it is not", async () => {
    const given = { config: { table: "people", mode: "append" }, input: "a,b\n1,2\n3\n" };
    expect((await load(given)).result).toMatchObject({ rows: 1, rejected: 1 });
  });

  it("fails for good, and at once, where no database of datasets is set", async () => {
    const datasets = openDatabase(createSettings({}, []));
    const failed = runModule(loadDataset({ loading: { ...desk.loading, datasets } }), {
      config: { table: "people", mode: "append" },
      input: FILE,
    });
    await expect(failed).rejects.toThrow(PermanentError);
    await expect(failed).rejects.toThrow("MYSQL_URL");
  });

  it.each([
    [{ mode: "append" }, "table"],
    [{ table: "people" }, "mode"],
    [{ table: "Robert'); DROP TABLE", mode: "append" }, "table"],
    [{ table: "people", mode: "append", key: ["id"] }, "key"],
    [{ table: "people", mode: "append", encoding: "klingon" }, "encoding"],
    [{ table: "people", mode: "append", tabel: "x" }, ""],
  ])("refuses the configuration %o", (config, path) => {
    const parsed = loadDataset({ loading: desk.loading }).config.safeParse(config);
    expect(parsed.error?.issues.map((issue) => issue.path.join("."))).toEqual([path]);
  });
});

describe("a step that is ended", () => {
  it("by an operator takes its load with it", async () => {
    const stop = new AbortController();
    const step = runModule(loadDataset({ loading: desk.loading }, 1), {
      input: FILE,
      config: { table: "people", mode: "append" },
      signal: stop.signal,
    });
    const run = loadIdOf("run-1:0", 0);
    const pool = await desk.loading.datasets.pool();
    const stateOf = (): Promise<string | undefined> =>
      pool.use(async (connection) => (await readLoad(connection, run))?.state);
    while ((await stateOf()) !== "complete") await setImmediate();
    stop.abort(new CancelledError());
    await expect(step).rejects.toThrow(CancelledError);
    expect(await desk.run(run)).toMatchObject({ status: "cancelled" });
    await desk.serve();
    expect(await desk.tables()).toEqual([]);
  });

  it("by a host that shuts down leaves its load to the others", async () => {
    const stop = new AbortController();
    const step = runModule(loadDataset({ loading: desk.loading }, 1), {
      input: FILE,
      config: { table: "people", mode: "append" },
      signal: stop.signal,
    });
    const pool = await desk.loading.datasets.pool();
    const run = loadIdOf("run-1:0", 0);
    const isIn = async (): Promise<boolean> =>
      (await pool.use((connection) => readLoad(connection, run)))?.state === "complete";
    while (!(await isIn())) await setImmediate();
    stop.abort(new Error("the host shuts down"));
    await expect(step).rejects.toThrow("the host shuts down");
    await desk.serve();
    expect(await names()).toEqual(ALL);
    expect((await load({ config: { table: "people", mode: "append" } })).result).toMatchObject({
      run,
      rows: 5,
    });
  });
});

describe("a new dataset", () => {
  const owners = async (): Promise<unknown[]> =>
    (await desk.sql("SELECT owner FROM caudal_datasets._datasets")).map(({ owner }) => owner);

  it("belongs to who started the run", async () => {
    const at = "2026-01-01T00:00:00.000Z";
    const progress = { done: 0, total: 1, unit: "steps" };
    await saveRun(desk.ports.documents, {
      id: "run",
      run: "run-7",
      kind: "sequence",
      name: "club",
      status: "running",
      progress,
      queuedAt: at,
      actor: "luis",
    });
    await load({ config: { table: "people", mode: "create" }, key: "run-7:3" });
    expect(await owners()).toEqual(["luis"]);
  });

  it("belongs to the sequence where a trigger did, or to whom the configuration says", async () => {
    await load({ config: { table: "people", mode: "create" }, key: "run-7:3" });
    await load({ config: { table: "more", mode: "create", owner: "eva" }, key: "run-7:4" });
    expect(await owners()).toEqual(["eva", "sequence:run-7"]);
  });
});

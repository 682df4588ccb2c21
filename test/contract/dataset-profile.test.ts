import { beforeEach, describe, expect, it } from "vitest";
import { type Dataset, tableName } from "../../engine/datasets/dataset.ts";
import { forgetKeys } from "../../engine/datasets/keys/forget.ts";
import { profileColumn } from "../../engine/datasets/keys/profile-column.ts";
import type { ProfileState } from "../../engine/datasets/keys/profile-dataset.ts";
import { readKeys } from "../../engine/datasets/keys/read-keys.ts";
import { type ColumnProfile, type Profile, readProfile } from "../../engine/datasets/keys/read-profile.ts";
import { sampleOf } from "../../engine/datasets/keys/sample.ts";
import { readFlavour } from "../../engine/datasets/query/bounded.ts";
import { writeDataset } from "../../engine/datasets/registry.ts";
import { keysDesk, working } from "./dataset-keys-desk.ts";
import { type TestTable, useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();
const desk = keysDesk(tables);
const TABLE = "profiled";

beforeEach(async () => {
  const pool = await tables.database.pool();
  await pool.use((connection) => forgetKeys(connection, TABLE));
});

async function profileOf(dataset: Dataset): Promise<Profile | undefined> {
  const pool = await tables.database.pool();
  return pool.use((connection) => readProfile(connection, dataset));
}

/** The profile of the one column of these cells. */
async function profiled(cells: readonly string[], name = "cell"): Promise<ColumnProfile | undefined> {
  const { dataset } = await tables.make(TABLE, { columns: [name], rows: cells.map((cell) => [cell]) });
  await desk.profile(TABLE);
  return (await profileOf(dataset))?.get(name);
}

/** So many columns with the same numbers. */
function wide(columns: number): TestTable {
  return {
    columns: Array.from({ length: columns }, (_, place) => `c${place}`),
    rows: [1, 2, 3].map((value) => Array.from({ length: columns }, () => String(value))),
  };
}

describe("the profile of a column", () => {
  it("of numbers is in their order, with the cells as they stand", async () => {
    const cells = ["10", "9.50", "-3", "", "10", "10.0", "n/a", "2", "3", "4", "5", "6", "7"];
    expect(await profiled(cells)).toEqual({
      kind: "number",
      nulls: 1,
      misfits: 1,
      distinct: 11,
      distinctIs: "exact",
      min: "-3",
      max: "10",
      longest: 4,
    });
  });

  it("of dates is in the order of time, whatever their form", async () => {
    expect(await profiled(["2020-06-01T12:30", "2020-06-01", "2020-05-31 23:59:59.5Z", ""])).toMatchObject({
      kind: "date",
      nulls: 1,
      misfits: 0,
      min: "2020-05-31 23:59:59.5Z",
      max: "2020-06-01T12:30",
    });
  });

  it("of texts is in the order of code points, and knows their case and spaces apart", async () => {
    expect(await profiled(["b", "B", "b ", "é", "", " "])).toEqual({
      kind: "text",
      nulls: 1,
      misfits: 0,
      distinct: 5,
      distinctIs: "exact",
      min: " ",
      max: "é",
      longest: 2,
    });
  });

  it("counts characters, and keeps the beginning of long cells", async () => {
    const long = "😀".repeat(300);
    expect(await profiled([long])).toMatchObject({ longest: 300, min: "😀".repeat(100) });
  });

  it("has no least and greatest where no cell is filled", async () => {
    expect(await profiled(["", ""])).toEqual({
      kind: "text",
      nulls: 2,
      misfits: 0,
      distinct: 0,
      distinctIs: "exact",
      longest: 0,
    });
  });

  it.each(["what?", "a`b", "'; DROP TABLE x; --", "%s", "naïve 名"])(
    "may have any name: %s",
    async (name) => {
      expect(await profiled(["1", "2"], name)).toMatchObject({ kind: "number", min: "1", max: "2" });
      const pool = await tables.database.pool();
      const keys = await pool.use(async (connection) => {
        const dataset = (await tables.make(TABLE, { columns: [name], rows: [["1"]] })).dataset;
        await desk.profile(TABLE);
        return readKeys(connection, dataset);
      });
      expect(keys.columns).toEqual([{ name: "_n1", kind: "number", column: name }]);
    },
  );

  it("is an estimate from a sample where there is no time for all rows, and says so", async () => {
    const rows = Array.from({ length: 40_000 }, (_, row) => [
      String(row % 10),
      String(row),
      row % 2 ? "" : "x",
    ]);
    const { dataset } = await tables.make(TABLE, { columns: ["few", "all", "half"], rows });
    const pool = await tables.database.pool();
    const [few, all, half] = await pool.use(async (connection) => {
      const [flavour, sample] = [await readFlavour(connection), await sampleOf(connection, TABLE)];
      const looked = { connection, flavour, table: TABLE, rows: dataset.rows, ms: 0, keys: [], sample };
      const seen: ColumnProfile[] = [];
      for (const column of dataset.columns) seen.push(await profileColumn(column, looked));
      return seen;
    });
    const estimate = { sampled: true, distinctIs: "estimate" };
    expect(few).toMatchObject({ ...estimate, distinct: 10, min: "0", max: "9", nulls: 0 });
    expect(all).toMatchObject({ ...estimate, distinct: 40_000 });
    expect(half).toMatchObject({ ...estimate, nulls: 20_000 });
    // A longer cell may stand where nobody looked.
    expect(half).not.toHaveProperty("longest");
  });

  it("estimates the different cells of more than a million rows, and counts the rest", async () => {
    const { dataset } = await tables.make(TABLE, { columns: ["n"], rows: [["7"], ["7"], ["8"]] });
    const pool = await tables.database.pool();
    await pool.use((connection) => writeDataset(connection, { ...dataset, rows: 1_000_001 }));
    await desk.profile(TABLE);
    expect((await profileOf(dataset))?.get("n")).toMatchObject({
      distinct: 2,
      distinctIs: "estimate",
      longest: 1,
    });
  });
});

describe("the profile of a dataset", () => {
  it("is of the version that it is of", async () => {
    const { dataset } = await tables.make(TABLE, wide(2));
    await desk.profile(TABLE);
    expect((await profileOf(dataset))?.size).toBe(2);
    expect(await profileOf({ ...dataset, version: "next" })).toBeUndefined();
  });

  it("adds the key columns of numbers and dates, not those of texts", async () => {
    const { dataset } = await tables.make(TABLE, {
      columns: ["a", "b", "c"],
      rows: [["1", "x", "2020-01-01"]],
    });
    await desk.profile(TABLE);
    const pool = await tables.database.pool();
    const { columns } = await pool.use((connection) => readKeys(connection, dataset));
    expect(columns.map(({ name }) => name)).toEqual(["_n1", "_d3"]);
  });

  it("goes on where the slice before ended, and is not there before it is whole", async () => {
    const { dataset } = await tables.make(TABLE, wide(3));
    const first = working<ProfileState>(TABLE, { spent: () => true });
    expect(await desk.profile(TABLE, first)).toBe("again");
    expect(first.saved.at(-1)?.progress ?? first.saved.at(-1)).toMatchObject({ done: 1, total: 3 });
    expect(await profileOf(dataset)).toBeUndefined();
    // What was seen of the first column stands, so that it is not looked at again.
    await desk.sql(`UPDATE ${tableName(TABLE)} SET c0 = '9', c1 = '9' WHERE _row = 3`);
    await desk.profile(TABLE);
    const seen = await profileOf(dataset);
    expect([seen?.get("c0")?.max, seen?.get("c1")?.max]).toEqual(["3", "9"]);
  });

  it("ends early where the dataset was loaded anew meanwhile", async () => {
    const { dataset } = await tables.make(TABLE, wide(30));
    const pool = await tables.database.pool();
    const next = { ...dataset, version: "next" };
    const run = working<ProfileState>(TABLE, {
      save: () => pool.use((connection) => writeDataset(connection, next)),
    });
    expect(await desk.profile(TABLE, run)).toEqual({ table: TABLE, superseded: true });
    expect(await profileOf(next)).toBeUndefined();
  });

  it("is made of very many columns, and adds no more key columns early than are of use", async () => {
    const { dataset } = await tables.make(TABLE, wide(190));
    await desk.profile(TABLE);
    expect((await profileOf(dataset))?.size).toBe(190);
    const pool = await tables.database.pool();
    const { columns } = await pool.use((connection) => readKeys(connection, dataset));
    expect(columns).toHaveLength(100);
  });

  it("is forgotten with the dataset", async () => {
    const { dataset } = await tables.make(TABLE, wide(1));
    await desk.profile(TABLE);
    const pool = await tables.database.pool();
    await pool.use((connection) => forgetKeys(connection, TABLE));
    expect(await profileOf(dataset)).toBeUndefined();
  });
});

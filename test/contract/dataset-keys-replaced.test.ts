import { beforeEach, describe, expect, it } from "vitest";
import { type Dataset, tableName } from "../../engine/datasets/dataset.ts";
import { addKeyColumns } from "../../engine/datasets/keys/alter.ts";
import { forgetKeys } from "../../engine/datasets/keys/forget.ts";
import { keyColumnOf, readKeys } from "../../engine/datasets/keys/read-keys.ts";
import { BY_NAME, keysDesk, PASSENGERS } from "./dataset-keys-desk.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();
const desk = keysDesk(tables);
const TABLE = "replaced_passengers";
let dataset: Dataset;

beforeEach(async () => {
  ({ dataset } = await tables.make(TABLE, PASSENGERS));
  const pool = await tables.database.pool();
  await pool.use((connection) => forgetKeys(connection, TABLE));
  await desk.profile(TABLE);
});

/** Asks twice, and has the index made. */
async function wantedAndMade(): Promise<void> {
  await desk.ask(dataset, BY_NAME);
  await desk.ask(dataset, BY_NAME);
  await desk.index(TABLE);
}

describe("a table that is replaced", () => {
  const turned = {
    columns: ["Boarded", "Fare", "Name", "Sex"],
    rows: PASSENGERS.rows.map((row) => row.toReversed()),
  };

  it("gets the indexes again that were of use, on its own columns", async () => {
    await wantedAndMade();
    const { dataset: next } = await tables.make(TABLE, turned);
    expect(await desk.indexes(next)).toEqual([]);
    await desk.profile(TABLE);
    expect(await desk.indexes(next)).toEqual([
      { name: "_k_t4_t3_n2", columns: ["_t4", "_t3", "_row", "_n2"] },
    ]);
  });

  it("gets another where its texts are longer than a key: by that it could not be in order", async () => {
    await wantedAndMade();
    const [[sex = "", name = "", ...rest] = [], ...others] = PASSENGERS.rows;
    const long = [[sex, name.padEnd(129, "!"), ...rest], ...others];
    const { dataset: next } = await tables.make(TABLE, { ...PASSENGERS, rows: long });
    await desk.profile(TABLE);
    expect(await desk.indexes(next)).toEqual([{ name: "_k_t1_n3", columns: ["_t1", "_n3"] }]);
  });

  it("does not get those that nobody used for 30 days", async () => {
    await wantedAndMade();
    await desk.age(TABLE, 31);
    const { dataset: next } = await tables.make(TABLE, PASSENGERS);
    expect(await desk.profile(TABLE)).toMatchObject({ made: [], dropped: [] });
    expect(await desk.indexes(next)).toEqual([]);
  });

  it("has no keys of what it was before, and gets its own in their place", async () => {
    const { dataset: next } = await tables.make(TABLE, turned);
    const pool = await tables.database.patientPool();
    const keys = await pool.use(async (connection) => {
      // Whoever had read the old definition added this to the new table.
      await connection.query(
        `ALTER TABLE ${tableName(TABLE)} ADD COLUMN _n2 DECIMAL(65,30) GENERATED ALWAYS AS (CAST(Boarded AS DECIMAL(65,30))) VIRTUAL,
         ADD INDEX _k_n2 (_n2)`,
      );
      const before = await readKeys(connection, next);
      const fare = keyColumnOf(next, "Fare");
      if (!fare) throw new Error("no fare");
      await addKeyColumns(connection, next, [fare]);
      return { before, after: await readKeys(connection, next) };
    });
    expect(keys.before).toEqual({ columns: [], indexes: [] });
    expect(keys.after.columns).toEqual([{ name: "_n2", kind: "number", column: "Fare" }]);
    expect(await desk.sql(`SELECT COUNT(_n2) AS fares FROM ${tableName(TABLE)}`)).toEqual([{ fares: 1_470 }]);
  });
});

import { beforeEach, describe, expect, it } from "vitest";
import { type Dataset, tableName } from "../../engine/datasets/dataset.ts";
import { addIndex, addKeyColumns } from "../../engine/datasets/keys/alter.ts";
import { adviseIndex } from "../../engine/datasets/keys/advice.ts";
import { forgetKeys } from "../../engine/datasets/keys/forget.ts";
import { giveWay } from "../../engine/datasets/keys/give-way.ts";
import { noteUsed } from "../../engine/datasets/keys/note-asked.ts";
import { readKeys } from "../../engine/datasets/keys/read-keys.ts";
import { readProfile } from "../../engine/datasets/keys/read-profile.ts";
import { numberOf } from "../../engine/mysql/errors.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { BY_NAME, BY_NAME_INDEX, keysDesk, PASSENGERS, working } from "./dataset-keys-desk.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();
const desk = keysDesk(tables);
const TABLE = "keyed_passengers";
let dataset: Dataset;

/** So many different things that can be asked of the passengers. */
const SHAPES = [
  ["Sex"],
  ["Name"],
  ["Fare"],
  ["Boarded"],
  ["Sex", "Name"],
  ["Sex", "Fare"],
  ["Sex", "Boarded"],
  ["Name", "Fare"],
  ["Name", "Boarded"],
  ["Fare", "Boarded"],
  ["Name", "Sex"],
  ["Fare", "Sex"],
  ["Boarded", "Sex"],
].map((columns) => ({
  equal: [],
  range: [],
  sort: columns.map((column) => ({ column, descending: false })),
}));

beforeEach(async () => {
  ({ dataset } = await tables.make(TABLE, PASSENGERS));
  const pool = await tables.database.pool();
  await pool.use((connection) => forgetKeys(connection, TABLE));
  await desk.profile(TABLE);
});

/** Asks twice, and has the index made. */
async function wantedAndMade(shape = BY_NAME): Promise<void> {
  await desk.ask(dataset, shape);
  await desk.ask(dataset, shape);
  await desk.index(TABLE);
}

describe("what queries ask for", () => {
  it("is an index once it was asked twice, and one caller is told so", async () => {
    expect(await desk.ask(dataset, BY_NAME)).toBe(false);
    expect(await desk.ask(dataset, BY_NAME)).toBe(true);
    expect(await desk.ask(dataset, BY_NAME)).toBe(false);
  });

  it("is the same whatever the order of the filters, and what is held to one value needs no order", async () => {
    await desk.ask(dataset, { equal: ["Sex", "Boarded"], range: [], sort: [] });
    const again = { equal: ["Boarded", "Sex"], range: ["Sex"], sort: [{ column: "Sex", descending: true }] };
    expect(await desk.ask(dataset, again)).toBe(true);
  });

  it("is told of to many callers at once, and to one of them to make it", async () => {
    const told = await Promise.all(Array.from({ length: 6 }, () => desk.ask(dataset, BY_NAME)));
    expect(told.filter(Boolean)).toHaveLength(1);
    expect(await desk.sql(`SELECT times FROM ${tableName("_asked")} WHERE dataset = ?`, [TABLE])).toEqual([
      { times: 6 },
    ]);
  });

  it("is nothing in a small table, of a shape that no index serves, or before it is known whether texts are short", async () => {
    const twice = async (of: Dataset, shape = BY_NAME): Promise<boolean> =>
      (await desk.ask(of, shape)) || desk.ask(of, shape);
    expect(await twice({ ...dataset, rows: 1_000 })).toBe(false);
    expect(await twice(dataset, { equal: [], range: [], sort: [] })).toBe(false);
    expect(await twice(dataset, { equal: ["gone"], range: [], sort: [] })).toBe(false);
    await desk.sql(`DELETE FROM ${tableName("_profiles")} WHERE dataset = ?`, [TABLE]);
    expect(await twice(dataset)).toBe(false);
  });

  it("is not asked for again once there is an index, and again when there is none any more", async () => {
    await wantedAndMade();
    expect(await desk.ask(dataset, BY_NAME)).toBe(false);
    await desk.sql(`ALTER TABLE ${tableName(TABLE)} DROP INDEX ${BY_NAME_INDEX.name}`);
    expect(await desk.ask(dataset, BY_NAME)).toBe(true);
  });

  it("is remembered of some shapes only: the oldest are forgotten", async () => {
    const many = 201;
    for (let each = 0; each < many; each++) {
      await desk.ask(dataset, { equal: [`column ${each}`], range: [], sort: [] });
      // Others may come within the same millisecond.
      if (each === 0)
        await desk.sql(`UPDATE ${tableName("_asked")} SET asked_last = asked_last - INTERVAL 1 DAY`);
    }
    const [counted] = await desk.sql(
      `SELECT COUNT(*) AS shapes, SUM(definition LIKE '%column 0"%') AS oldest FROM ${tableName("_asked")} WHERE dataset = ?`,
      [TABLE],
    );
    expect(counted).toEqual({ shapes: 200, oldest: "0" });
  });
});

describe("making indexes", () => {
  it("makes what was asked for, by the server's own word", async () => {
    await wantedAndMade();
    const pool = await tables.database.pool();
    const keys = await pool.use((connection) => readKeys(connection, dataset));
    expect(keys.indexes).toEqual([BY_NAME_INDEX]);
    expect(keys.columns).toContainEqual({ name: "_n3", kind: "number", column: "Fare" });
    expect(keys.columns).toContainEqual({ name: "_t1", kind: "text", column: "Sex" });
  });

  it("lets others read and write meanwhile, and has what they wrote", async () => {
    await desk.ask(dataset, BY_NAME);
    await desk.ask(dataset, BY_NAME);
    const state = { isMade: false };
    const making = desk.index(TABLE).finally(() => (state.isMade = true));
    let written = 0;
    for (; !state.isMade || written < 20; written++) {
      await desk.sql(`UPDATE ${tableName(TABLE)} SET Fare = '1000', Sex = 'male' WHERE _row = ?`, [
        written + 1,
      ]);
    }
    await making;
    const found = await desk.sql(
      `SELECT COUNT(*) AS found FROM ${tableName(TABLE)} FORCE INDEX (${BY_NAME_INDEX.name})
       WHERE _t1 = CAST('male' AS BINARY) AND _n3 = 1000`,
    );
    expect(found).toEqual([{ found: Math.min(written, PASSENGERS.rows.length) }]);
  });

  it("may be done again, wherever it ended before", async () => {
    await desk.ask(dataset, BY_NAME);
    await desk.ask(dataset, BY_NAME);
    const pool = await tables.database.patientPool();
    await pool.use(async (connection) => {
      const index = adviseIndex(BY_NAME, dataset, await readProfile(connection, dataset));
      if (!index) throw new Error("no advice");
      await addKeyColumns(connection, dataset, index.keys);
      await addIndex(connection, dataset, index);
    });
    // The host died before it could say so.
    await desk.index(TABLE);
    await desk.index(TABLE);
    expect(await desk.indexes(dataset)).toEqual([BY_NAME_INDEX]);
    expect(
      await desk.sql(`SELECT made, claimed FROM ${tableName("_asked")} WHERE dataset = ?`, [TABLE]),
    ).toEqual([{ made: BY_NAME_INDEX.name, claimed: null }]);
  });

  it("goes on in another slice when its time is over", async () => {
    for (const shape of [...SHAPES.slice(0, 2), ...SHAPES.slice(0, 2)]) await desk.ask(dataset, shape);
    expect(await desk.index(TABLE, working(TABLE, { spent: () => true }))).toBe("again");
    expect(await desk.indexes(dataset)).toHaveLength(1);
    await desk.index(TABLE);
    expect(await desk.indexes(dataset)).toHaveLength(2);
  });

  it("has twelve at most: the least lately used goes, unless all are in use", async () => {
    for (const shape of SHAPES.slice(0, 12)) await wantedAndMade(shape);
    const [last] = SHAPES.slice(12);
    if (!last) throw new Error("no shape");
    await desk.ask(dataset, last);
    expect(await desk.ask(dataset, last)).toBe(false);
    await desk.age(TABLE, 1);
    const pool = await tables.database.pool();
    const busy = (await desk.indexes(dataset)).filter(({ name }) => name !== "_k_n3_d4");
    for (const { name } of busy) await pool.use((connection) => noteUsed(connection, dataset, name));
    expect(await desk.ask(dataset, last)).toBe(true);
    expect(await desk.index(TABLE)).toMatchObject({ made: ["_k_d4_t1"], dropped: ["_k_n3_d4"] });
    expect(await desk.indexes(dataset)).toHaveLength(12);
  });

  it("drops what was of no use for 30 days, and keeps what was", async () => {
    const [idle, busy] = [{ ...BY_NAME, sort: [] }, BY_NAME];
    for (const shape of [idle, busy]) await wantedAndMade(shape);
    await desk.age(TABLE, 31);
    const pool = await tables.database.pool();
    await pool.use((connection) => noteUsed(connection, dataset, BY_NAME_INDEX.name));
    await desk.index(TABLE);
    expect(await desk.indexes(dataset)).toEqual([BY_NAME_INDEX]);
  });

  it("tries one that could not be made no more within the hour", async () => {
    await desk.ask(dataset, BY_NAME);
    await desk.ask(dataset, BY_NAME);
    // Nobody may change the table while somebody reads from it.
    const pool = await tables.database.pool();
    await pool.use(async (reading) => {
      await reading.query("START TRANSACTION");
      await reading.query(`SELECT 1 FROM ${tableName(TABLE)} LIMIT 1`);
      await expect(desk.index(TABLE)).rejects.toThrow(PermanentError);
      await reading.query("COMMIT");
    });
    expect(await desk.ask(dataset, BY_NAME)).toBe(false);
    await desk.age(TABLE, 1);
    expect(await desk.ask(dataset, BY_NAME)).toBe(true);
    await desk.index(TABLE);
    expect(await desk.indexes(dataset)).toEqual([BY_NAME_INDEX]);
  });

  it("gives way to whoever replaces the table, and is begun anew", async () => {
    await desk.ask(dataset, BY_NAME);
    await desk.ask(dataset, BY_NAME);
    const pool = await tables.database.pool();
    const state = { ended: 0, isOver: false };
    await pool.use(async (reading) => {
      // Holds the change up, so that it can be met at work.
      await reading.query("START TRANSACTION");
      await reading.query(`SELECT 1 FROM ${tableName(TABLE)} LIMIT 1`);
      const making = desk.index(TABLE).finally(() => (state.isOver = true));
      while (state.ended === 0 && !state.isOver) {
        state.ended = await pool.use((connection) => giveWay(connection, TABLE));
      }
      await reading.query("COMMIT");
      await making;
    });
    expect(state.ended).toBe(1);
    expect(await desk.indexes(dataset)).toEqual([BY_NAME_INDEX]);
    expect(await pool.use((connection) => giveWay(connection, TABLE))).toBe(0);
  });

  it("is ended in the middle where it gives way", async () => {
    const pool = await tables.database.pool();
    await pool.use(async (reading) => {
      await reading.query("START TRANSACTION");
      await reading.query(`SELECT 1 FROM ${tableName(TABLE)} LIMIT 1`);
      const state = { ended: 0 };
      const making = desk
        .sql(`ALTER TABLE ${tableName(TABLE)} ADD INDEX _k_n3 (_n3)`)
        .catch((error: unknown) => error);
      while (state.ended === 0) {
        state.ended = await pool.use((connection) => giveWay(connection, TABLE));
      }
      expect(numberOf(await making)).toBe(1317);
      await reading.query("COMMIT");
    });
    expect(await desk.indexes(dataset)).toEqual([]);
  });

  it("ends where there is no such dataset", async () => {
    await expect(desk.profile("nowhere")).rejects.toThrow(PermanentError);
  });
});

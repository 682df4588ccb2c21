import type { DatasetDatabase } from "../../engine/datasets/database.ts";
import { type Dataset, tableName } from "../../engine/datasets/dataset.ts";
import { type IndexesMade, makeIndexes } from "../../engine/datasets/keys/make-indexes.ts";
import { type ProfileState, profileDataset } from "../../engine/datasets/keys/profile-dataset.ts";
import { noteAsked } from "../../engine/datasets/keys/note-asked.ts";
import type { AskedShape } from "../../engine/datasets/keys/asked-shape.ts";
import { readKeys } from "../../engine/datasets/keys/read-keys.ts";
import type { KeyIndex } from "../../engine/datasets/query/keys.ts";
import type { Row } from "../../engine/mysql/pool.ts";
import type { Run } from "../../engine/runs/run.ts";
import type { Working } from "../../engine/runs/work.ts";
import type { DatasetTables } from "./dataset-query-table.ts";

/** Rows enough for an index: people of both sexes, with fares and dates. */
export const PASSENGERS = {
  columns: ["Sex", "Name", "Fare", "Boarded"],
  rows: Array.from({ length: 1_500 }, (_, row) => [
    row % 3 === 0 ? "female" : "male",
    `passenger ${(row * 7919) % 1_500}`,
    row % 50 === 0 ? "" : String((row * 31) % 97),
    `1912-04-${String(10 + (row % 20)).padStart(2, "0")}`,
  ]),
};

/** What a page of the men who paid more than so much asks, by name. */
export const BY_NAME: AskedShape = {
  equal: ["Sex"],
  range: ["Fare"],
  sort: [{ column: "Name", descending: true }],
};

/** What its index is. */
export const BY_NAME_INDEX = { name: "_k_t1_t2_n3", columns: ["_t1", "_t2", "_row", "_n3"] };

/** A run that is worked on in one slice, with no store behind it. */
export function working<State>(
  table: string,
  changes: Partial<Working<State>> = {},
): Working<State> & { readonly saved: Partial<Run>[] } {
  const saved: Partial<Run>[] = [];
  return {
    request: { table },
    state: undefined,
    actor: "ana",
    id: "run-1",
    startedAt: "2026-01-01T00:00:00.000Z",
    save: async (change) => void saved.push(change as Partial<Run>),
    spent: () => false,
    saved,
    ...changes,
  };
}

/** What queries and runs do to the keys of tables. */
export interface KeysDesk {
  /** A query of that shape was slow; whether an index should be made now. */
  ask(dataset: Dataset, shape: AskedShape, matches?: number): Promise<boolean>;
  index(table: string, run?: Working<IndexesMade>): Promise<Record<string, unknown> | "again">;
  profile(table: string, run?: Working<ProfileState>): Promise<Record<string, unknown> | "again">;
  /** Names and columns of the indexes that there are. */
  indexes(dataset: Dataset): Promise<readonly KeyIndex[]>;
  sql(statement: string, values?: readonly (string | number)[]): Promise<readonly Row[]>;
  /** Makes it so many days ago that anything was asked of a table, and that its indexes were of use. */
  age(table: string, days: number): Promise<void>;
}

/** Opens a desk on datasets. */
export function keysDesk(tables: DatasetTables): KeysDesk {
  const database = (): DatasetDatabase => tables.database;
  const sql: KeysDesk["sql"] = async (statement, values) =>
    (await database().pool()).use((connection) => connection.query(statement, values));
  return {
    ask: async (dataset, shape, matches) =>
      (await database().pool()).use((connection) =>
        noteAsked(connection, dataset, shape, { ms: 700, matches }),
      ),
    index: (table, run) => makeIndexes({ datasets: database() }, run ?? working<IndexesMade>(table)),
    profile: (table, run) => profileDataset({ datasets: database() }, run ?? working<ProfileState>(table)),
    indexes: async (dataset) =>
      (await (await database().pool()).use((connection) => readKeys(connection, dataset))).indexes,
    sql,
    async age(table, days) {
      await sql(
        `UPDATE ${tableName("_asked")} SET asked_first = asked_first - INTERVAL ? DAY,
           asked_last = asked_last - INTERVAL ? DAY, used = used - INTERVAL ? DAY,
           claimed = claimed - INTERVAL ? DAY, failed = failed - INTERVAL ? DAY WHERE dataset = ?`,
        [days, days, days, days, days, table],
      );
    },
  };
}

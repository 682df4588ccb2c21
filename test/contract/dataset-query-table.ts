import { afterAll, beforeAll } from "vitest";
import { type CellCounts, type Dataset, kindOf, ROW, tableName } from "../../engine/datasets/dataset.ts";
import {
  type DatasetDatabase,
  DATASETS_URL,
  MYSQL_URL,
  openDatabase,
} from "../../engine/datasets/database.ts";
import { keyColumnDefinition, keyColumnName } from "../../engine/datasets/keys/key-column.ts";
import type { Keys } from "../../engine/datasets/query/keys.ts";
import { writeDataset } from "../../engine/datasets/registry.ts";
import { TABLE_OPTIONS } from "../../engine/datasets/system-tables.ts";
import { quoted } from "../../engine/mysql/quoted.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

/** What a test wants to be in a table. */
export interface TestTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly owner?: string;
  /** Names of columns in the order of each index; they get their key columns. */
  readonly indexes?: readonly (readonly string[])[];
  /** Numbers of the rows; from 1 unless given. */
  readonly numbers?: readonly number[];
}

/** Datasets on a real server, made without a load. */
export interface DatasetTables {
  readonly database: DatasetDatabase;
  readonly url: string;
  make(table: string, what: TestTable): Promise<{ dataset: Dataset; keys: Keys }>;
}

/** Opens the datasets' database for a file of tests. */
export function useDatasets(): DatasetTables {
  let server: MysqlServer;
  let database: DatasetDatabase;
  beforeAll(async () => {
    server = await mysqlServer();
    database = openDatabase(createSettings({ MYSQL_URL: server.url }, [MYSQL_URL, DATASETS_URL]));
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });
  return {
    get database() {
      return database;
    },
    get url() {
      return server.url;
    },
    make: (table, what) => make(database, table, what),
  };
}

let versions = 0;

async function make(
  database: DatasetDatabase,
  table: string,
  { columns, rows, owner = "operator", indexes = [], numbers }: TestTable,
): Promise<{ dataset: Dataset; keys: Keys }> {
  const at = new Date().toISOString();
  const dataset: Dataset = {
    table,
    owner,
    columns: columns.map((name, place) => ({
      name,
      header: name,
      cells: counted(rows.map((row) => row[place] ?? "")),
    })),
    rows: rows.length,
    version: `version-${(versions += 1)}`,
    createdAt: at,
    loadedAt: at,
  };
  const places = [...new Set(indexes.flat())].map((name) => columns.indexOf(name) + 1);
  const keys = places.map((place) => {
    const column = dataset.columns[place - 1];
    if (!column) throw new Error("an index on a column that is not there");
    const kind = kindOf(column.cells);
    return { place, kind, column: column.name, name: keyColumnName(kind, place) };
  });
  const keyOf = (column: string): string => keys.find((key) => key.column === column)?.name ?? "";
  const made = indexes.map((of, number) => ({ name: `_k_${number}`, columns: of.map(keyOf) }));
  const definitions = [
    `${quoted(ROW)} BIGINT UNSIGNED NOT NULL PRIMARY KEY`,
    ...columns.map((name) => `${quoted(name)} TEXT NOT NULL`),
    ...keys.map(({ kind, place, column }) => keyColumnDefinition(kind, place, column)),
    ...made.map(
      ({ name, columns: of }) => `INDEX ${quoted(name)} (${of.map((key) => quoted(key)).join(", ")})`,
    ),
  ];
  await (
    await database.pool()
  ).use(async (connection) => {
    await connection.query(`DROP TABLE IF EXISTS ${tableName(table)}`);
    await connection.query(`CREATE TABLE ${tableName(table)} (${definitions.join(", ")}) ${TABLE_OPTIONS}`);
    const list = [ROW, ...columns].map((name) => quoted(name)).join(", ");
    const values = rows.map((row, index) => [numbers?.[index] ?? index + 1, ...row]);
    if (rows.length > 0)
      await connection.query(`INSERT INTO ${tableName(table)} (${list}) VALUES ?`, [values]);
    await writeDataset(connection, dataset);
  });
  return { dataset, keys: { columns: keys, indexes: made } };
}

/** What the cells hold, as a load would count it. */
export function counted(cells: readonly string[]): CellCounts {
  const filled = cells.filter((cell) => cell !== "");
  const count = (pattern: RegExp): number => filled.filter((cell) => pattern.test(cell)).length;
  return {
    filled: filled.length,
    numbers: count(/^-?(0|[1-9]\d{0,34})(\.\d{1,30})?$/),
    dates: count(/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?Z?)?$/),
    codes: count(/^-?0\d+(\.\d+)?$/),
  };
}

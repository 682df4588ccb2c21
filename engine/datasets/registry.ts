import type { Connection } from "../mysql/pool.ts";
import { type Dataset, tableName } from "./dataset.ts";

const TABLE = tableName("_datasets");

/** What is known of a dataset; undefined where there is none of that name. */
export async function readDataset(connection: Connection, table: string): Promise<Dataset | undefined> {
  const [row] = await connection.query(`SELECT definition FROM ${TABLE} WHERE name = ?`, [table]);
  return row && parse(row["definition"]);
}

/** Writes what is known of a dataset, in the transaction of the connection if one is open. */
export async function writeDataset(connection: Connection, dataset: Dataset): Promise<void> {
  await connection.query(
    `INSERT INTO ${TABLE} (name, owner, definition) VALUES (?, ?, ?)
     ON DUPLICATE KEY UPDATE owner = VALUES(owner), definition = VALUES(definition)`,
    [dataset.table, dataset.owner, JSON.stringify(dataset)],
  );
}

/** Forgets a dataset; none of that name is no error. */
export async function forgetDataset(connection: Connection, table: string): Promise<void> {
  await connection.query(`DELETE FROM ${TABLE} WHERE name = ?`, [table]);
}

/** Datasets in the order of their names, after one of them: of an owner, or all. */
export async function listDatasets(
  connection: Connection,
  { owner, after = "", limit }: { owner?: string | undefined; after?: string | undefined; limit: number },
): Promise<readonly Dataset[]> {
  const rows = await connection.query(
    `SELECT definition FROM ${TABLE} WHERE name > ?${owner === undefined ? "" : " AND owner = ?"} ORDER BY name LIMIT ?`,
    owner === undefined ? [after, limit] : [after, owner, limit],
  );
  return rows.map((row) => parse(row["definition"]));
}

function parse(text: unknown): Dataset {
  return JSON.parse(String(text)) as Dataset;
}

import { tableName } from "./dataset.ts";

/** Behind every table of ours: text is kept and compared byte by byte. */
export const TABLE_OPTIONS = "ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin";

/** What makes the tables in which we keep what is known of datasets, beside them: names that begin with `_`. */
export const SYSTEM_TABLES: readonly string[] = [
  `CREATE TABLE IF NOT EXISTS ${tableName("_datasets")} (
    name VARCHAR(64) NOT NULL PRIMARY KEY,
    owner VARCHAR(200) NOT NULL,
    definition LONGTEXT NOT NULL
  ) ${TABLE_OPTIONS}`,
];

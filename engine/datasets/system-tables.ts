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
  // What is known of each load while its parts are loaded, and of those whose rows are in a table: see load/.
  `CREATE TABLE IF NOT EXISTS ${tableName("_loads")} (
    run VARCHAR(64) NOT NULL PRIMARY KEY,
    dataset VARCHAR(64) NOT NULL,
    state VARCHAR(16) NOT NULL,
    request LONGTEXT NOT NULL,
    head LONGTEXT NOT NULL,
    outcome LONGTEXT NULL,
    sha256 CHAR(64) NULL,
    parts INT UNSIGNED NULL,
    records BIGINT UNSIGNED NULL,
    bytes BIGINT UNSIGNED NOT NULL DEFAULT 0,
    begun DATETIME(3) NOT NULL,
    seen DATETIME(3) NOT NULL,
    KEY by_content (dataset, sha256),
    KEY by_state (state, seen)
  ) ${TABLE_OPTIONS}`,
  `CREATE TABLE IF NOT EXISTS ${tableName("_chunks")} (
    run VARCHAR(64) NOT NULL,
    part INT UNSIGNED NOT NULL,
    records INT UNSIGNED NOT NULL,
    loaded INT UNSIGNED NOT NULL,
    rejected INT UNSIGNED NOT NULL,
    cells MEDIUMTEXT NOT NULL,
    PRIMARY KEY (run, part)
  ) ${TABLE_OPTIONS}`,
  // What queries asked of indexes that there are not, and which were made for it: see keys/.
  `CREATE TABLE IF NOT EXISTS ${tableName("_asked")} (
    dataset VARCHAR(64) NOT NULL,
    shape VARCHAR(22) NOT NULL,
    definition LONGTEXT NOT NULL,
    times BIGINT UNSIGNED NOT NULL,
    slowest INT UNSIGNED NOT NULL,
    matches BIGINT UNSIGNED NULL,
    asked_first DATETIME(3) NOT NULL,
    asked_last DATETIME(3) NOT NULL,
    used DATETIME(3) NULL,
    made VARCHAR(64) NULL,
    claimed DATETIME(3) NULL,
    failed DATETIME(3) NULL,
    PRIMARY KEY (dataset, shape)
  ) ${TABLE_OPTIONS}`,
  `CREATE TABLE IF NOT EXISTS ${tableName("_profiles")} (
    dataset VARCHAR(64) NOT NULL PRIMARY KEY,
    version VARCHAR(64) NOT NULL,
    profile LONGTEXT NOT NULL
  ) ${TABLE_OPTIONS}`,
];

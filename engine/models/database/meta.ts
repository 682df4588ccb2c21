import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { createDatabase } from "./connections.ts";
import type { ModelPlace } from "./names.ts";

/** What a model's own view says of it. */
export interface ModelMeta {
  /** The last run's id; null before the first. */
  readonly lastRun: string | null;
  readonly lastStatus: string | null;
  /** The window of the last run: ISO 8601. */
  readonly from: string | null;
  readonly to: string | null;
  /** Up to where time is covered: ISO 8601. */
  readonly coveredTo: string;
  /** Rows in the database after the last run; null where counting took too long. */
  readonly rows: number | null;
  readonly name: string;
}

/** The database in which the administrator keeps what all models' views say. */
const META = "caudal_models";
const TABLE = `${quoted(META)}.models`;

/** Makes what `writeMeta` writes to. */
export async function prepareMeta(admin: Connection): Promise<void> {
  await admin.query(createDatabase(META));
  await admin.query(`CREATE TABLE IF NOT EXISTS ${TABLE} (
    model CHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    name VARCHAR(64) NOT NULL,
    last_run VARCHAR(128) NULL,
    last_status VARCHAR(32) NULL,
    window_from DATETIME(3) NULL,
    window_to DATETIME(3) NULL,
    covered_to DATETIME(3) NOT NULL,
    rows_in_database BIGINT UNSIGNED NULL
  ) ENGINE=InnoDB`);
}

/** Writes what a model's view says. */
export async function writeModelMeta(
  admin: Connection,
  { model }: ModelPlace,
  meta: ModelMeta,
): Promise<void> {
  const { name, lastRun, lastStatus, from, to, coveredTo, rows } = meta;
  await admin.query(
    `REPLACE INTO ${TABLE}
     (model, name, last_run, last_status, window_from, window_to, covered_to, rows_in_database) VALUES (?)`,
    [[model, name, lastRun, lastStatus, datetime(from), datetime(to), datetime(coveredTo), rows]],
  );
}

/** Forgets it. */
export async function forgetMeta(admin: Connection, { model }: ModelPlace): Promise<void> {
  await admin.query(`DELETE FROM ${TABLE} WHERE model = ?`, [model]);
}

/**
 * Makes the view `_meta` in a model's database unless it is there: one row, none before the first run, read with the
 * administrator's rights. It is a copy (TEMPTABLE), so that nobody who may write in the database can write through it.
 */
export async function putMetaView(admin: Connection, { model, database }: ModelPlace): Promise<void> {
  const [view] = await admin.query(
    "SELECT definer = CURRENT_USER() AS own FROM information_schema.views WHERE table_schema = ? AND table_name = '_meta'",
    [database],
  );
  if (Number(view?.["own"]) === 1) return;
  await admin.query(
    `CREATE OR REPLACE ALGORITHM = TEMPTABLE DEFINER = CURRENT_USER SQL SECURITY DEFINER VIEW ${quoted(database)}._meta AS
     SELECT name, last_run, last_status, window_from, window_to, covered_to, rows_in_database,
       TIMESTAMPDIFF(SECOND, covered_to, UTC_TIMESTAMP(3)) AS freshness_seconds
     FROM ${TABLE} WHERE model = ?`,
    [model],
  );
}

/** As MySQL has it: UTC, without its letters. */
function datetime(iso: string | null): string | null {
  return iso === null ? null : new Date(iso).toISOString().slice(0, -1).replace("T", " ");
}

import { PermanentError } from "../../errors/permanent-error.ts";
import type { ConnectionPool } from "../../mysql/pool.ts";
import type { Working } from "../../runs/work.ts";
import type { DatasetDatabase } from "../database.ts";
import { type Dataset, kindOf } from "../dataset.ts";
import { readFlavour } from "../query/bounded.ts";
import { readDataset } from "../registry.ts";
import { addKeyColumns } from "./alter.ts";
import { type IndexesMade, makeWanted, NO_INDEXES } from "./make-indexes.ts";
import { profileColumn } from "./profile-column.ts";
import { keyColumnOf, readKeys } from "./read-keys.ts";
import { type ColumnProfile, readColumns, writeColumns } from "./read-profile.ts";
import { sampleOf } from "./sample.ts";

/** Where a profile stands; the columns themselves are kept beside the data. */
export interface ProfileState {
  /** The version of the dataset that is looked at. */
  readonly version: string;
  /** How long was looked at whole columns, in milliseconds. */
  readonly spentMs: number;
  readonly indexes: IndexesMade;
}

/** How long whole columns may be looked at, in milliseconds: one of them, and all together. Then samples must do. */
const COLUMN_MS = 30_000;
const ALL_MS = 5 * 60_000;

/** Columns after which what was seen is kept. */
const KEEP_AFTER = 20;

/** Most key columns that are made before anybody asks for an index on them. */
const EARLY_KEYS = 100;

/**
 * Adds the key columns of numbers and dates, makes the indexes that were of use within the last 30 days and are not
 * there (a table that was replaced has none), and looks at every column. `request`: `{ table }`. May be done
 * again after a crash at any point. Ends early where the dataset was loaded anew meanwhile: that load begins another
 * run. A PermanentError where there is no such dataset.
 */
export async function profileDataset(
  { datasets }: { readonly datasets: DatasetDatabase },
  run: Working<ProfileState>,
): Promise<Record<string, unknown> | "again"> {
  const { table } = run.request as { table: string };
  const pool = await datasets.patientPool();
  const dataset = await pool.use((connection) => readDataset(connection, table));
  if (!dataset) throw new PermanentError(`there is no dataset ${table} any more`);
  const known = run.state?.version === dataset.version ? run.state : undefined;
  const begun: ProfileState = known ?? { version: dataset.version, spentMs: 0, indexes: NO_INDEXES };
  const keys = dataset.columns
    .filter(({ cells }) => kindOf(cells) !== "text")
    .map(({ name }) => keyColumnOf(dataset, name))
    .filter((key) => key !== undefined);
  await pool.use((connection) => addKeyColumns(connection, dataset, keys.slice(0, EARLY_KEYS)));
  const stateOf = (indexes: IndexesMade): ProfileState => ({ ...begun, indexes });
  // What is done and in all is counted in columns.
  const save: Working<ProfileState>["save"] = ({ state }) => run.save(state ? { state } : {});
  const indexes = await makeWanted(pool, table, { save, spent: () => run.spent() }, begun.indexes, stateOf);
  if (indexes === "again") return indexes;
  const columns = await profileColumns(pool, dataset, run, stateOf(indexes));
  if (columns === "again") return columns;
  if (columns === "superseded") return { table, superseded: true };
  return { table, columns: columns.length, ...indexes };
}

/** Looks at the columns that are left, one at a time. */
async function profileColumns(
  pool: ConnectionPool,
  dataset: Dataset,
  run: Working<ProfileState>,
  state: ProfileState,
): Promise<readonly (readonly [string, ColumnProfile])[] | "again" | "superseded"> {
  return pool.use(async (connection) => {
    const { table, rows } = dataset;
    let columns = (await readColumns(connection, dataset)) ?? [];
    let { spentMs } = state;
    const total = dataset.columns.length;
    /** False where the dataset is not what it was. */
    const keep = async (): Promise<boolean> => {
      if ((await readDataset(connection, table))?.version !== dataset.version) return false;
      await writeColumns(connection, dataset, columns);
      await run.save({ done: columns.length, total, state: { ...state, spentMs } });
      return true;
    };
    const flavour = await readFlavour(connection);
    const sample = await sampleOf(connection, table);
    const { columns: keys } = await readKeys(connection, dataset);
    for (const column of dataset.columns.slice(columns.length)) {
      const ms = Math.max(0, Math.min(COLUMN_MS, ALL_MS - spentMs));
      const begun = performance.now();
      const seen = await profileColumn(column, { connection, flavour, table, rows, ms, keys, sample });
      spentMs += Math.round(performance.now() - begun);
      columns = [...columns, [column.name, seen]];
      if (columns.length === total || (columns.length % KEEP_AFTER > 0 && !run.spent())) continue;
      if (!(await keep())) return "superseded";
      if (run.spent()) return "again";
    }
    return (await keep()) ? columns : "superseded";
  });
}

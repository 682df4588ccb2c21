import type { Connection } from "../../mysql/pool.ts";
import { type Dataset, type Kind, tableName } from "../dataset.ts";

/** What was seen in a column. Members that would have to be guessed are left out. */
export interface ColumnProfile {
  readonly kind: Kind;
  /** Cells with nothing in them. */
  readonly nulls: number;
  /** Filled cells that are not of the kind. */
  readonly misfits: number;
  /** Different filled cells, byte for byte. */
  readonly distinct: number;
  readonly distinctIs: "exact" | "estimate";
  /**
   * The first 100 characters of the least and the greatest cell of the kind, in the order of the column, as they stand
   * in the table. Absent where there is none.
   */
  readonly min?: string;
  readonly max?: string;
  /** Characters of the longest cell; absent where not all were seen. */
  readonly longest?: number;
  /** Set where some of the rows were looked at: then every count is an estimate, and min and max are of these. */
  readonly sampled?: true;
}

/** The profile of a dataset, by the names of its columns. */
export type Profile = ReadonlyMap<string, ColumnProfile>;

/** What the advice on an index needs of columns. */
export type KnownColumns = ReadonlyMap<string, Partial<Pick<ColumnProfile, "distinct" | "longest">>>;

const TABLE = tableName("_profiles");

/** What was seen in the columns of a dataset as it is; undefined until its profile has been made. */
export async function readProfile(connection: Connection, dataset: Dataset): Promise<Profile | undefined> {
  const columns = await readColumns(connection, dataset);
  return columns && columns.length === dataset.columns.length ? new Map(columns) : undefined;
}

/** As far as it has been made: the first columns. */
export async function readColumns(
  connection: Connection,
  { table, version }: Dataset,
): Promise<readonly (readonly [string, ColumnProfile])[] | undefined> {
  const [row] = await connection.query(`SELECT version, profile FROM ${TABLE} WHERE dataset = ?`, [table]);
  if (row?.["version"] !== version) return undefined;
  return JSON.parse(String(row["profile"])) as (readonly [string, ColumnProfile])[];
}

/** Keeps what was seen, instead of what was seen before. */
export async function writeColumns(
  connection: Connection,
  { table, version }: Dataset,
  columns: readonly (readonly [string, ColumnProfile])[],
): Promise<void> {
  await connection.query(
    `INSERT INTO ${TABLE} (dataset, version, profile) VALUES (?, ?, ?)
     ON DUPLICATE KEY UPDATE version = VALUES(version), profile = VALUES(profile)`,
    [table, version, JSON.stringify(columns)],
  );
}

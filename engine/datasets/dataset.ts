import { quoted } from "../mysql/quoted.ts";

/** A column of a dataset. */
export interface DatasetColumn {
  /** As in the table and in answers; unique whatever the case, at most 64 characters. */
  readonly name: string;
  /** As the file's header had it. */
  readonly header: string;
  /** What its cells were found to hold, in all files of the dataset together. */
  readonly cells: CellCounts;
}

/** What the cells of a column hold, counted while they were loaded. */
export interface CellCounts {
  /** Cells that are not empty. */
  readonly filled: number;
  /** Of those, numbers: `-12`, `7.2500`; at most 35 digits before and 30 behind the point. */
  readonly numbers: number;
  /** Of those, `2020-06-01` or `2020-06-01T12:30`, with seconds, up to six digits of them and a `Z` if they like. */
  readonly dates: number;
  /** Digits that are no number: `007`. One such cell makes a column text: they are codes, and order as such. */
  readonly codes: number;
}

/** How a column compares and sorts. */
export type Kind = "number" | "date" | "text";

/** Of ten filled cells, so many must be numbers, or dates, for a column to be of that kind. */
const MOST = 9;

/**
 * How a column compares and sorts: as what at least nine in ten of its filled cells are. A cell of another kind in it
 * is neither greater nor less than any operand.
 */
export function kindOf({ filled, numbers, dates, codes }: CellCounts): Kind {
  const most = (count: number): boolean => filled > 0 && count * 10 >= filled * MOST;
  if (codes === 0 && most(numbers)) return "number";
  return most(dates) ? "date" : "text";
}

/** A table made from CSV files, as `_datasets` keeps it. */
export interface Dataset {
  /** The table's name: lower case, `[a-z][a-z0-9_]{0,63}`. */
  readonly table: string;
  /** The name of the token that made it. A subscriber sees its own alone. */
  readonly owner: string;
  readonly columns: readonly DatasetColumn[];
  /** Names of the columns that tell rows apart, where it was made by an upsert. */
  readonly key?: readonly string[];
  readonly rows: number;
  /** Becomes another with each load: the id of the run that made the table what it is. */
  readonly version: string;
  /** ISO 8601 UTC with milliseconds. */
  readonly createdAt: string;
  readonly loadedAt: string;
}

/** The primary key of every dataset's table: rows in the order of the files, from 1; gaps where some were rejected. */
export const ROW = "_row";

/** The database of the datasets. */
export const DATASETS = "caudal_datasets";

/** A table of ours, with its database. */
export function tableName(name: string): string {
  return `${quoted(DATASETS)}.${quoted(name)}`;
}

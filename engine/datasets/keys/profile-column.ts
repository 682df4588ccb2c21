import type { Connection, Row } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type DatasetColumn, type Kind, kindOf, ROW, tableName } from "../dataset.ts";
import { type Flavour, OverTimeError, selectWithin } from "../query/bounded.ts";
import type { KeyColumn } from "../query/keys.ts";
import { keyExpression } from "./key-column.ts";
import type { ColumnProfile } from "./read-profile.ts";
import { estimateDistinct } from "./sample.ts";

/** Up to so many rows, different cells are counted; of more they are estimated. */
const COUNTED_ROWS = 1_000_000;

/** Characters of a least or greatest cell that are kept. */
const SHOWN = 100;

/** Which rows are looked at. */
export interface Looked {
  readonly connection: Connection;
  readonly flavour: Flavour;
  readonly table: string;
  /** Rows of the table, as they are known. */
  readonly rows: number;
  /** For one statement, in milliseconds. */
  readonly ms: number;
  /** Key columns that the table has: read once a row, where an expression is worked out for each of its uses. */
  readonly keys: readonly KeyColumn[];
  /** What holds for the rows of a sample. */
  readonly sample: string;
}

/**
 * Looks at one column: at all rows where that takes no longer than it may, else at a sample. Names of columns may have a
 * `?` in them, so that no statement here has values to fill in. Throws an OverTimeError where even a sample took too long.
 */
export async function profileColumn(column: DatasetColumn, looked: Looked): Promise<ColumnProfile> {
  try {
    if (looked.ms > 0) return await wholeColumn(column, looked);
  } catch (error) {
    if (!(error instanceof OverTimeError)) throw error;
  }
  return sampledColumn(column, { ...looked, ms: SAMPLE_MS });
}

/** How long a sample may take, in milliseconds. */
const SAMPLE_MS = 10_000;

async function wholeColumn(column: DatasetColumn, looked: Looked): Promise<ColumnProfile> {
  const counts = looked.rows <= COUNTED_ROWS;
  const seen = await seenIn(column, looked, "TRUE", counts);
  const distinct = counts ? seen.distinct : await estimated(column, looked, seen.cells - seen.nulls);
  const { kind, nulls, misfits, longest, ends } = seen;
  return { kind, nulls, misfits, distinct, distinctIs: counts ? "exact" : "estimate", longest, ...ends };
}

async function sampledColumn(column: DatasetColumn, looked: Looked): Promise<ColumnProfile> {
  const { kind, cells, nulls, misfits, ends } = await seenIn(column, looked, looked.sample, false);
  const share = (count: number): number => (cells === 0 ? 0 : Math.round((count / cells) * looked.rows));
  const distinct = await estimated(column, looked, share(cells - nulls));
  return {
    kind,
    nulls: share(nulls),
    misfits: share(misfits),
    distinct,
    distinctIs: "estimate",
    ...ends,
    sampled: true,
  };
}

/** What a statement saw of a column. */
interface Seen {
  readonly kind: Kind;
  readonly cells: number;
  readonly nulls: number;
  readonly misfits: number;
  readonly distinct: number;
  readonly longest: number;
  readonly ends: Pick<ColumnProfile, "min" | "max">;
}

async function seenIn(column: DatasetColumn, looked: Looked, rows: string, counts: boolean): Promise<Seen> {
  const kind = kindOf(column.cells);
  const cell = quoted(column.name);
  const filled = `CASE WHEN LENGTH(${cell}) > 0 THEN ${cell} END`;
  const key = kind === "text" ? `CAST(LEFT(${filled}, ${SHOWN}) AS BINARY)` : keyOf(column, looked);
  const distinct = counts ? `COUNT(DISTINCT UNHEX(MD5(${filled})))` : "0";
  const [row] = await select(
    looked,
    `SELECT COUNT(*) AS cells, COUNT(${filled}) AS filled, COUNT(${key}) AS fitting, ${distinct} AS different,
       COALESCE(MAX(CHAR_LENGTH(${cell})), 0) AS longest, MIN(${key}) AS least, MAX(${key}) AS greatest
     FROM ${tableName(looked.table)} FORCE INDEX (PRIMARY) WHERE ${rows}`,
  );
  const [cells, all] = [numberIn(row, "cells"), numberIn(row, "filled")];
  const [min, max] = [
    await cellOf(column, looked, rows, row?.["least"]),
    await cellOf(column, looked, rows, row?.["greatest"]),
  ];
  return {
    kind,
    cells,
    nulls: cells - all,
    misfits: all - numberIn(row, "fitting"),
    distinct: numberIn(row, "different"),
    longest: numberIn(row, "longest"),
    ends: { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) },
  };
}

/** What a number or a date compares by. */
function keyOf(column: DatasetColumn, { keys }: Looked): string {
  const kind = kindOf(column.cells);
  const key = keys.find((known) => known.column === column.name && known.kind === kind);
  return key ? quoted(key.name) : keyExpression(kind, column.name);
}

/** The first cell with that key, as it stands in the table. */
async function cellOf(
  column: DatasetColumn,
  looked: Looked,
  rows: string,
  key: unknown,
): Promise<string | undefined> {
  if (Buffer.isBuffer(key)) return key.toString("utf8");
  if (typeof key !== "string") return undefined;
  const kind = kindOf(column.cells);
  // A key of a number or a date has nothing in it but digits, points, dashes, colons and a T.
  const value = kind === "number" ? `CAST('${key}' AS DECIMAL(65,30))` : `'${key}'`;
  const [row] = await select(
    looked,
    `SELECT LEFT(${quoted(column.name)}, ${SHOWN}) AS cell FROM ${tableName(looked.table)} FORCE INDEX (PRIMARY)
     WHERE (${rows}) AND ${keyOf(column, looked)} = ${value} ORDER BY ${ROW} LIMIT 1`,
  );
  const cell = row?.["cell"];
  return typeof cell === "string" ? cell : undefined;
}

/** How many different filled cells there are, from those of the sample. `filled`: how many cells are filled in all. */
async function estimated(column: DatasetColumn, looked: Looked, filled: number): Promise<number> {
  const cell = quoted(column.name);
  const [row] = await select(
    looked,
    `SELECT COUNT(*) AS different, COALESCE(SUM(cells), 0) AS seen, COALESCE(SUM(cells = 1), 0) AS once FROM (
       SELECT COUNT(*) AS cells FROM ${tableName(looked.table)} FORCE INDEX (PRIMARY)
       WHERE (${looked.sample}) AND LENGTH(${cell}) > 0 GROUP BY UNHEX(MD5(${cell}))
     ) AS sampled`,
  );
  const [different, seen, once] = [numberIn(row, "different"), numberIn(row, "seen"), numberIn(row, "once")];
  return estimateDistinct({ different, seen, once }, filled);
}

async function select({ connection, flavour, ms }: Looked, text: string): Promise<readonly Row[]> {
  return selectWithin(connection, { text, values: [] }, ms, flavour);
}

function numberIn(row: Row | undefined, name: string): number {
  return Number(row?.[name] ?? 0);
}

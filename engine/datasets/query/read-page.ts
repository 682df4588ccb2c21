import type { Connection } from "../../mysql/pool.ts";
import { numberOf } from "../../mysql/errors.ts";
import { quoted } from "../../mysql/quoted.ts";
import { type Dataset, ROW, tableName } from "../dataset.ts";
import { readDataset } from "../registry.ts";
import type { Asked } from "./asked.ts";
import { countRows } from "./count-rows.ts";
import { badCursor, type Place, readCursor, type Total, writeCursor } from "./cursor.ts";
import { findRows, type Ground, RowGoneError, type Span } from "./find-rows.ts";
import type { KnownTables } from "./known-tables.ts";
import type { Plan } from "./plan.ts";
import { filtersHash, type Question, questionOf } from "./question.ts";
import { type Cells, readCells } from "./read-cells.ts";
import { TableChangedError } from "./table-changed-error.ts";

/** A page of a dataset. */
export interface DatasetPage {
  readonly columns: readonly string[];
  readonly rows: readonly Cells[];
  readonly total: Total;
  /** How many rows of the selection stand before it. */
  readonly offset: number;
  readonly limit: number;
  /** The cursor of the page behind it; null at the end. */
  readonly next: string | null;
  /** How its rows were found, and in which time (milliseconds). */
  readonly plan: Plan;
  readonly ms: number;
}

/** How many rows a page has unless it was said. */
export const PAGE = 100;

/** How long a statement may take, in milliseconds. */
export const STATEMENT_MS = 5_000;

/**
 * No such column, table, index or key column; the table's definition changed: what a statement meets that was made for
 * another version of the table.
 */
const CHANGED: readonly number[] = [1054, 1146, 1176, 1412];

/**
 * Reads a page of a dataset as it is. Throws a BadQueryError for a cursor that leads nowhere, an OverTimeError, or a
 * TableChangedError when the table is not the dataset's any more.
 */
export async function readPage(
  connection: Connection,
  asked: Asked,
  dataset: Dataset,
  known: KnownTables,
): Promise<DatasetPage> {
  const place = asked.cursor === undefined ? undefined : readCursor(asked.cursor, asked, dataset);
  return unchanged(connection, dataset, known, async () => {
    const limit = asked.take ?? PAGE;
    const offset = place?.offset ?? asked.skip;
    const { question, ground } = await groundOf(connection, asked, dataset, known);
    const begun = performance.now();
    const span = { ...(await startOf(asked, place, dataset, connection)), take: limit + 1 };
    const found = await findRows(question, span, ground, STATEMENT_MS).catch((error: unknown) => {
      if (error instanceof RowGoneError) throw badCursor("its row is gone; leave it out to begin anew");
      throw error;
    });
    const ms = performance.now() - begun;
    const rows = found.rows.slice(0, limit);
    const columns = asked.fields ?? dataset.columns.map(({ name }) => name);
    const cells = await readCells(connection, dataset.table, columns, rows);
    if (cells === undefined) throw new TableChangedError(`rows of ${dataset.table} went away`);
    const more = found.rows.length > limit;
    const total = await totalOf(
      { more, offset, shown: rows.length, place },
      asked,
      question,
      dataset,
      known,
      ground,
    );
    const last = rows.at(-1);
    const behindIt = { row: last ?? 0, offset: offset + rows.length, total };
    const next = more && last !== undefined ? writeCursor(behindIt, asked, dataset) : null;
    return { columns, rows: cells, total, offset, limit, next, plan: found.plan, ms };
  });
}

/** What statements about a selection are made of. */
export async function groundOf(
  connection: Connection,
  asked: Asked,
  dataset: Dataset,
  known: KnownTables,
): Promise<{ question: Question; ground: Ground }> {
  const keys = await known.keys(connection, dataset);
  const longest = await known.longest(connection, dataset, keys, asked.sort);
  const ground = { connection, flavour: await known.flavour(connection), table: dataset.table, keys };
  return { question: questionOf(asked, dataset, keys, longest), ground };
}

/**
 * Does something with a dataset's table. Throws a TableChangedError when the dataset has become another version by its
 * end, or its table is not as it was known.
 */
export async function unchanged<T>(
  connection: Connection,
  { table, version }: Dataset,
  known: KnownTables,
  work: () => Promise<T>,
): Promise<T> {
  const changed = (cause?: unknown): TableChangedError => {
    known.forget(table);
    return new TableChangedError(`the table ${table} is not what it was`, { cause });
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    throw CHANGED.includes(numberOf(error)) ? changed(error) : error;
  }
  const now = await readDataset(connection, table);
  if (now?.version !== version) throw changed();
  return result;
}

/** So many rows are left out one by one. */
const FAR = 1_000;

/** Where a page begins. Rows without gaps tell by their numbers how many stand before them. */
async function startOf(
  { filters, sort, skip }: Asked,
  place: Place | undefined,
  { table, rows }: Dataset,
  connection: Connection,
): Promise<Pick<Span, "after" | "skip">> {
  if (place) return { after: place.row, skip: 0 };
  if (skip < FAR || filters.length + sort.length > 0) return { after: undefined, skip };
  const [last] = await connection.query(`SELECT MAX(${quoted(ROW)}) AS row FROM ${tableName(table)}`);
  return Number(last?.["row"]) === rows ? { after: skip, skip: 0 } : { after: undefined, skip };
}

/** How many rows there are: counted only where the page does not tell, nobody counted before, and no cursor says it. */
async function totalOf(
  page: { more: boolean; offset: number; shown: number; place: Place | undefined },
  asked: Asked,
  question: Question,
  dataset: Dataset,
  known: KnownTables,
  ground: Ground,
): Promise<Total> {
  const { more, offset, shown, place } = page;
  const isEnd = !more && (shown > 0 || offset === 0);
  if (isEnd) return { count: offset + shown, is: "exact" };
  if (place) return place.total;
  const key = JSON.stringify([dataset.table, dataset.version, filtersHash(asked)]);
  const total = known.totals.get(key) ?? (await countRows(question, dataset, ground));
  known.totals.set(key, total);
  return total;
}

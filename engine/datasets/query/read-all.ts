import type { ConnectionPool, FullConnection } from "../../mysql/pool.ts";
import type { DatasetDatabase } from "../database.ts";
import { type Dataset, ROW } from "../dataset.ts";
import type { Asked } from "./asked.ts";
import { bounded, isOverTime, OverTimeError } from "./bounded.ts";
import { readCursor } from "./cursor.ts";
import { findRows, type Ground, rowsSelect, startBehind } from "./find-rows.ts";
import type { KnownTables } from "./known-tables.ts";
import { type Plan, planOf, plansOf, SCANNED } from "./plan.ts";
import type { Question } from "./question.ts";
import { type Cells, readCells } from "./read-cells.ts";
import { groundOf, unchanged } from "./read-page.ts";
import { TableChangedError } from "./table-changed-error.ts";

/** How long one statement of many may take, in milliseconds: sorting all rows of a large table takes some seconds. */
const STATEMENT_MS = 60_000;

/** About so many characters are read at once, and so many rows at most. */
const BATCH_CHARACTERS = 1_000_000;
const BATCH_ROWS = 5_000;
const FIRST_ROWS = 100;

/**
 * All rows that were asked for, some at a time, as they are wanted: no statement stays open in between, so that a slow
 * reader holds up no load. Throws as `readPage` does; a TableChangedError in the middle when the dataset is loaded anew.
 */
export async function* readAll(
  datasets: DatasetDatabase,
  asked: Asked,
  dataset: Dataset,
  known: KnownTables,
): AsyncGenerator<readonly Cells[]> {
  const pool = await datasets.pool();
  const { question, ground } = await pool.use((connection) => groundOf(connection, asked, dataset, known));
  const walked = plansOf(question.shape, ground.keys).find(
    ({ servesSort, covers, fits, index }) => servesSort && (covers || fits || index === SCANNED),
  );
  const numbers = walked
    ? walk(pool, walked, asked, dataset, known)
    : listed(await datasets.patientPool(), asked, dataset, known);
  const columns = asked.fields ?? dataset.columns.map(({ name }) => name);
  let size = FIRST_ROWS;
  await numbers.next();
  for (;;) {
    const { value: rows } = await numbers.next(size);
    if (rows === undefined || rows.length === 0) return;
    const cells = await pool.use((connection) =>
      unchanged(connection, dataset, known, () => readCells(connection, dataset.table, columns, rows)),
    );
    if (cells === undefined) throw new TableChangedError(`rows of ${dataset.table} went away`);
    yield cells;
    const characters = cells.reduce((sum, row) => row.reduce((all, cell) => all + cell.length, sum), 1);
    size = Math.max(1, Math.min(BATCH_ROWS, Math.floor((BATCH_CHARACTERS * rows.length) / characters)));
  }
}

/** Numbers of rows, as many at a time as are asked for; the first `next` gives none. */
type Numbers = AsyncGenerator<readonly number[], undefined, number>;

/** Walks an index that has the order, from the last row to those behind it. */
async function* walk(
  pool: ConnectionPool,
  plan: Plan,
  asked: Asked,
  dataset: Dataset,
  known: KnownTables,
): Numbers {
  let after = asked.cursor === undefined ? undefined : readCursor(asked.cursor, asked, dataset).row;
  let skip = after === undefined ? asked.skip : 0;
  let left = asked.take ?? Infinity;
  let rows: readonly number[] = [];
  for (;;) {
    const take = Math.min(yield rows, left);
    if (take === 0) return undefined;
    const span = { after, skip, take };
    rows = await pool.use((connection) =>
      unchanged(connection, dataset, known, async () => {
        const { question, ground } = await groundOf(connection, asked, dataset, known);
        return (await findRows(question, span, ground, STATEMENT_MS, [plan])).rows;
      }),
    );
    after = rows.at(-1) ?? after;
    skip = 0;
    left -= rows.length;
    if (rows.length < take) left = 0;
  }
}

/** Sorts them all at once: eight bytes for each. */
async function* listed(pool: ConnectionPool, asked: Asked, dataset: Dataset, known: KnownTables): Numbers {
  const all = await pool.use((connection) =>
    unchanged(connection, dataset, known, async () => {
      const { question, ground } = await groundOf(connection, asked, dataset, known);
      return sortedNumbers(connection, question, ground, asked, dataset);
    }),
  );
  let at = 0;
  let take = yield [];
  while (at < all.length) {
    const rows = all.slice(at, at + take);
    at += rows.length;
    take = yield rows;
  }
  return undefined;
}

async function sortedNumbers(
  connection: FullConnection,
  question: Question,
  ground: Ground,
  asked: Asked,
  dataset: Dataset,
): Promise<readonly number[]> {
  const place = asked.cursor === undefined ? undefined : readCursor(asked.cursor, asked, dataset);
  const start = place && (await startBehind(question, place.row, { ...ground, connection }));
  const byFilters = planOf({ ...question.shape, sort: undefined }, ground.keys);
  const plan = { index: byFilters.covers ? byFilters.index : SCANNED, servesSort: false };
  const span = { skip: place ? 0 : asked.skip, take: asked.take ?? Number.MAX_SAFE_INTEGER };
  const select = rowsSelect(question, start, span, plan, dataset.table);
  const numbers: number[] = [];
  try {
    const text = bounded(select.text, STATEMENT_MS, ground.flavour);
    for await (const row of connection.rows(text, select.values)) numbers.push(Number(row[ROW]));
  } catch (error) {
    if (isOverTime(error)) throw new OverTimeError(STATEMENT_MS, error);
    throw error;
  }
  return numbers;
}

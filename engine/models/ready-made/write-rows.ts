import type { Connection, ConnectionPool, Parameter } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { list } from "../database/names.ts";
import type { RecordTable, TableRow } from "./record-tables.ts";
import type { SqlRow } from "./sql-values.ts";

/** Most rows and most characters of one statement; a single row may have more. */
const MAX_ROWS = 500;
const MAX_CHARACTERS = 1024 * 1024;

/**
 * Writes rows with their parts, each row together with its parts or not at all. A row that is older than the one in the
 * table changes nothing, nor do the same rows again. Rejects when the server does.
 */
export async function writeRows(
  pool: Pick<ConnectionPool, "transaction">,
  table: RecordTable,
  rows: readonly TableRow[],
): Promise<void> {
  for (const some of withoutRepeats(rows, table.key.length)) {
    for (const batch of batches(some, sizeOf)) {
      await pool.transaction((connection) => writeBatch(connection, table, batch));
    }
  }
}

/** Rows in their order, in groups within which each key is there once: a statement could not tell which one stands. */
function* withoutRepeats(rows: readonly TableRow[], width: number): Generator<readonly TableRow[]> {
  let group = new Map<string, TableRow>();
  for (const each of rows) {
    const key = JSON.stringify(each.row.slice(0, width));
    if (group.has(key)) {
      yield [...group.values()];
      group = new Map();
    }
    group.set(key, each);
  }
  yield [...group.values()];
}

async function writeBatch(
  connection: Connection,
  table: RecordTable,
  rows: readonly TableRow[],
): Promise<void> {
  const { name, key, columns, newer, parts } = table;
  const changes = columns.map((column) => {
    const own = quoted(column);
    return `${own} = IF(${newer}, VALUES(${own}), ${own})`;
  });
  await connection.query(
    `INSERT INTO ${quoted(name)} (${list([...key, ...columns])}) VALUES ? ON DUPLICATE KEY UPDATE ${changes.join(", ")}`,
    [rows.map(({ row }) => row)],
  );
  if (!parts) return;
  const standing = await rowsThatStand(connection, table, rows);
  if (standing.length === 0) return;
  const keys = standing.map(({ row }) => row.slice(0, key.length));
  const { text, values } = anyOf(key, keys);
  await connection.query(`DELETE FROM ${quoted(parts.name)} WHERE ${text}`, values);
  const whole = standing.flatMap(({ row, parts }) =>
    parts.map((part) => [...row.slice(0, key.length), ...part]),
  );
  for (const some of batches(whole, charactersOf)) {
    await connection.query(
      `INSERT INTO ${quoted(parts.name)} (${list([...key, ...parts.columns])}) VALUES ?`,
      [some],
    );
  }
}

/** The rows that are in the table now: others were older than what it has. Their locks are held until the commit. */
async function rowsThatStand(
  connection: Connection,
  { name, key, columns, stamp }: RecordTable,
  rows: readonly TableRow[],
): Promise<readonly TableRow[]> {
  const { text, values } = anyOf(
    key,
    rows.map(({ row }) => row.slice(0, key.length)),
  );
  const asText = [...key, ...stamp].map((column) => `CAST(${quoted(column)} AS CHAR) AS ${quoted(column)}`);
  const found = await connection.query(
    `SELECT ${asText.join(", ")} FROM ${quoted(name)} WHERE ${text}`,
    values,
  );
  const stored = new Set(
    found.map((row) => JSON.stringify([...key, ...stamp].map((column) => String(row[column])))),
  );
  const all = [...key, ...columns];
  const stampAt = stamp.map((column) => all.indexOf(column));
  return rows.filter(({ row }) =>
    stored.has(JSON.stringify([...row.slice(0, key.length), ...stampAt.map((at) => row[at])].map(String))),
  );
}

/** A condition for rows of these keys, in a form in which both servers use the index. */
function anyOf(
  names: readonly string[],
  keys: readonly SqlRow[],
): { readonly text: string; readonly values: readonly Parameter[] } {
  const one = `(${names.map((name) => `${quoted(name)} = ?`).join(" AND ")})`;
  return { text: keys.map(() => one).join(" OR "), values: keys.flat() };
}

/** How much room a row takes with its parts, in characters. */
export function sizeOf({ row, parts }: TableRow): number {
  return charactersOf(row) + parts.reduce((sum, part) => sum + charactersOf(part), 0);
}

function charactersOf(row: SqlRow): number {
  return row.reduce<number>((sum, value) => sum + String(value).length + 3, 0);
}

/** Items in their order, so many together as fit one statement. */
function* batches<T>(items: readonly T[], sizeOf: (item: T) => number): Generator<readonly T[]> {
  let batch: T[] = [];
  let characters = 0;
  for (const item of items) {
    const size = sizeOf(item);
    if (batch.length > 0 && (batch.length >= MAX_ROWS || characters + size > MAX_CHARACTERS)) {
      yield batch;
      batch = [];
      characters = 0;
    }
    batch.push(item);
    characters += size;
  }
  if (batch.length > 0) yield batch;
}

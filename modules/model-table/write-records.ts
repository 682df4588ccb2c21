import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { quoted } from "../../engine/mysql/quoted.ts";
import { isDeadlock, isLockWait, leavesConnectionSound, numberOf } from "../../engine/mysql/errors.ts";
import type { FullConnection } from "../../engine/mysql/pool.ts";
import type { FileRecord } from "../records/record.ts";
import { refusalInWords } from "./refusal.ts";
import type { MatchedColumn } from "./matched-columns.ts";
import { sqlValue } from "./sql-value.ts";
import type { TargetTable } from "./target-table.ts";

/** What is written, and where. */
export interface Writing {
  readonly table: TargetTable;
  readonly columns: readonly MatchedColumn[];
}

/** Errors that say that the user may not, of which no record is to blame. */
const MAY_NOT = new Set([1044, 1142, 1143, 1370]);

/**
 * Writes records in one statement, in the transaction of the connection: a row of a primary key that is there becomes
 * as the record has it, and of two records of one key the last one stands. Throws a PermanentError that names the
 * line and the column of what the server refuses, and else what the driver throws.
 */
export async function writeRecords(
  connection: FullConnection,
  writing: Writing,
  records: readonly FileRecord[],
): Promise<void> {
  for (const record of records) checkKey(writing, record);
  try {
    await insert(connection, writing, records);
  } catch (error) {
    if (isPassing(error) || MAY_NOT.has(numberOf(error))) throw error;
    // The server undid the statement alone. Which record it was tells a statement for each.
    for (const record of records) await insertOne(connection, writing, record);
  }
}

/** Empties a table in the transaction of the connection, some rows at a time. */
export async function emptyTable(
  connection: FullConnection,
  { name }: TargetTable,
  signal: AbortSignal,
  rows = 10_000,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted();
    const deleted = await connection.write(`DELETE FROM ${quoted(name)} LIMIT ${rows}`);
    if (deleted.rows < rows) return;
  }
}

/** A key that is NULL would get a number of the server's own, and another each time. */
function checkKey({ table, columns }: Writing, { line, values }: FileRecord): void {
  for (const { from, to } of columns) {
    const value = Object.hasOwn(values, from) ? values[from] : undefined;
    if (table.key.includes(to.name) && (value === undefined || value === null))
      throw new PermanentError(
        `line ${line}: the column "${from}" is empty, and "${to.name}" is of the primary key`,
      );
  }
}

async function insertOne(connection: FullConnection, writing: Writing, record: FileRecord): Promise<void> {
  try {
    await insert(connection, writing, [record]);
  } catch (error) {
    if (isPassing(error) || !(error instanceof Error)) throw error;
    const reason = refusalInWords(error, writing, record);
    throw new PermanentError(`line ${record.line}: ${reason}`, { cause: error });
  }
}

async function insert(
  connection: FullConnection,
  { table, columns }: Writing,
  records: readonly FileRecord[],
): Promise<void> {
  const names = columns.map(({ to }) => quoted(to.name)).join(", ");
  const rows = records.map(({ values }) =>
    columns.map(({ from, to }) => sqlValue(Object.hasOwn(values, from) ? values[from] : undefined, to)),
  );
  await connection.query(
    `INSERT INTO ${quoted(table.name)} (${names}) VALUES ? ON DUPLICATE KEY UPDATE ${updates(table, columns)}`,
    [rows],
  );
}

/**
 * A row becomes as the file has it. Where it is another's unique value that is there already, the row that the server
 * would alter is none of this key: the key is then set to NULL, which it cannot be, so that the server refuses it.
 */
function updates({ key }: TargetTable, columns: readonly MatchedColumn[]): string {
  const ofKey = key.map((name) => {
    const own = quoted(name);
    return `${own} = IF(${own} <=> VALUES(${own}), ${own}, NULL)`;
  });
  const others = columns.flatMap(({ to: { name } }) =>
    key.includes(name) ? [] : [`${quoted(name)} = VALUES(${quoted(name)})`],
  );
  return [...ofKey, ...others].join(", ");
}

/** What another attempt may not meet: a deadlock, a lock, a lost connection. */
function isPassing(error: unknown): boolean {
  return isDeadlock(error) || isLockWait(error) || !leavesConnectionSound(error);
}

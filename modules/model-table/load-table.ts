import type { Delimiter } from "../../engine/datasets/csv/part.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { BusinessModel } from "../../engine/models/model.ts";
import { numberOf } from "../../engine/mysql/errors.ts";
import type { ConnectionPool } from "../../engine/mysql/pool.ts";
import { pagesOf } from "../records/pages.ts";
import { readRecords } from "../records/read-records.ts";
import type { FileRecord, Format } from "../records/record.ts";
import { type MatchedColumn, matchedColumns } from "./matched-columns.ts";
import { type TargetTable, targetTable } from "./target-table.ts";
import { emptyTable, writeRecords } from "./write-records.ts";

/** A file that is to go into a table. */
export interface TableLoad {
  readonly input: string;
  readonly model: BusinessModel;
  readonly table: string;
  readonly mode: "upsert" | "replace";
  readonly columns?: Readonly<Record<string, string>> | undefined;
  readonly format?: Format | undefined;
  readonly delimiter?: Delimiter | undefined;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** Of one statement: far below what servers take, 16 MiB. */
const BATCH = { records: 500, bytes: 1024 * 1024 };

/** Rows after which the log tells how far it is. */
const TOLD = 50_000;

/** ER_TABLEACCESS_DENIED_ERROR: the job's user may not add rows. */
const DENIED = 1142;

/**
 * Writes all records of a file in one transaction, as they are read. Rejects with a PermanentError where they do not
 * fit, and then the table is as it was.
 */
export async function loadTable(
  pool: ConnectionPool,
  load: TableLoad,
): Promise<{ readonly rows: number; readonly table: string; readonly model: string }> {
  const { input, model, mode, signal, log } = load;
  const file = await readRecords(input, { ...load, exactNumbers: true });
  let rows = 0;
  await pool.transaction(async (connection) => {
    const table = await targetTable(connection, load.table);
    if (mode === "replace") await emptyTable(connection, table, signal);
    for await (const records of pagesOf(file.records, BATCH)) {
      for (const alike of recordsAlike(records)) {
        signal.throwIfAborted();
        await writeRecords(
          connection,
          { table, columns: columnsOf(table, alike, { ...load, format: file.format }) },
          alike,
        ).catch((error: unknown) => {
          throw numberOf(error) === DENIED ? mayNotWrite(model, error) : error;
        });
      }
      if (Math.floor((rows + records.length) / TOLD) > Math.floor(rows / TOLD))
        log(`${rows + records.length} rows so far`);
      rows += records.length;
    }
    signal.throwIfAborted();
  });
  log(`${rows} rows ${mode === "replace" ? "are in" : "were written to"} "${load.table}" of "${model.name}"`);
  return { rows, table: load.table, model: model.model };
}

/**
 * Records in their order, in groups that have the same members: of those that a record of an NDJSON leaves out it
 * says nothing.
 */
function* recordsAlike(records: readonly FileRecord[]): Generator<readonly [FileRecord, ...FileRecord[]]> {
  let group: [FileRecord, ...FileRecord[]] | undefined;
  let members = "";
  for (const record of records) {
    const own = JSON.stringify(Object.keys(record.values).toSorted());
    if (group && own === members) group.push(record);
    else {
      if (group) yield group;
      [group, members] = [[record], own];
    }
  }
  if (group) yield group;
}

function columnsOf(
  table: TargetTable,
  [{ values, line }]: readonly [FileRecord, ...FileRecord[]],
  { columns, format }: TableLoad & { readonly format: Format },
): readonly MatchedColumn[] {
  const there = Object.keys(values);
  if (format === "csv") return matchedColumns(table, there, columns);
  const mapped =
    columns && Object.fromEntries(Object.entries(columns).filter(([name]) => there.includes(name)));
  try {
    return matchedColumns(table, there, mapped);
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    throw new PermanentError(`line ${line}: ${error.message}`, { cause: error });
  }
}

/** Which is so while the database is larger than it may be, and where nobody gave the user its rights. */
function mayNotWrite({ name, fullSince }: BusinessModel, error: unknown): PermanentError {
  const why = fullSince ? `it is larger than it may be since ${fullSince}: delete rows first` : String(error);
  return new PermanentError(`the business model "${name}" takes no rows: ${why}`, { cause: error });
}

import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import { readTable, type TableReading } from "../tables/read-table.ts";
import type { Cell, Table } from "../tables/table.ts";
import type { FileRecord, RecordFile } from "./record.ts";

/** How a file is to be read. */
export interface Reading extends TableReading {
  /** Numbers of an NDJSON keep each digit: {@link Cell}. Default: they are read as numbers. */
  readonly exactNumbers?: boolean;
  readonly signal: AbortSignal;
}

/**
 * Opens a file whose every row has to be one: its records are what it has up to the first that is none. Rejects when
 * it cannot be read, and as the reading of tables does.
 */
export async function readRecords(
  file: string,
  { signal, exactNumbers = false, ...reading }: Reading,
): Promise<RecordFile> {
  const table = await readTable(file, reading, signal);
  const plain = table.format === "ndjson" && !exactNumbers;
  return { format: table.format, records: recordsOf(table, plain) };
}

async function* recordsOf({ parts }: Table, plain: boolean): AsyncGenerator<FileRecord, void, void> {
  let row = 0;
  for await (const rows of parts) {
    for (const each of rows) {
      const { line } = each;
      if (each.fault !== undefined) throw new FileFaultError(`line ${line} ${each.fault}`);
      row += 1;
      const values = plain ? plainly(each.raw) : Object.fromEntries<Cell>(each.cells);
      yield { row, line, values, bytes: each.raw.length };
    }
  }
}

/** A line that is known to be an object. */
function plainly(line: Uint8Array): Record<string, unknown> {
  return JSON.parse(Buffer.from(line).toString()) as Record<string, unknown>;
}

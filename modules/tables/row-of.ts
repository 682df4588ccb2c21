import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import type { NoRow, TableRow } from "./table.ts";

/** A row; throws a FileFaultError that names the line of what is none. */
export function rowOf(row: TableRow | NoRow): TableRow {
  if (row.fault !== undefined) throw new FileFaultError(`line ${row.line} ${row.fault}`);
  return row;
}

/** Throws a FileFaultError that names the line and the column of a cell that is not what it must be. */
export function refuseCell({ line }: TableRow, column: string, fault: string): never {
  throw new FileFaultError(`line ${line}, column ${JSON.stringify(column)}: ${fault}`);
}

import { cellText } from "../tables/cell-text.ts";
import { integerFault, numberFault, shown } from "../tables/exact-number.ts";
import { refuseCell } from "../tables/row-of.ts";
import type { TableRow } from "../tables/table.ts";
import type { EMPTY, Member } from "./members-of.ts";

/** A member's value as JSON; undefined where it is left out. Throws a FileFaultError for a cell that is not of its type. */
export function memberOf(
  row: TableRow,
  { column, type }: Member,
  empty: (typeof EMPTY)[number],
): string | undefined {
  const cell = cellText(row.cells.get(column));
  if (cell === "") {
    if (empty === "omit") return undefined;
    return empty === "null" || type !== "string" ? "null" : '""';
  }
  if (type === "string") return JSON.stringify(cell);
  const text = cell.trim();
  if (type === "boolean") {
    const value = BOOLEANS.get(text.toLowerCase());
    return value ?? refuseCell(row, column, `${shown(cell)} is no boolean (true, false, 1, 0)`);
  }
  const fault = type === "integer" ? integerFault(text) : numberFault(text);
  return fault === undefined ? text : refuseCell(row, column, fault);
}

const BOOLEANS = new Map([
  ["true", "true"],
  ["1", "true"],
  ["false", "false"],
  ["0", "false"],
]);

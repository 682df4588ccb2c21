import type { Cell } from "../tables/table.ts";
import type { GrelRow } from "./grel/evaluate.ts";
import { type GrelValue, isFault } from "./grel/value.ts";
import type { Row } from "./operation.ts";

/** A row as expressions see it that are about a column. */
export function rowOf(row: Row, column: string): GrelRow {
  return { value: cellValue(row.get(column)), cell: (name) => cellValue(row.get(name)) };
}

/** A cell as expressions see it: a blank one is null. */
export function cellValue(cell: Cell | undefined): string | number | boolean | null {
  return cell === undefined || cell === null || cell === "" || typeof cell === "object" ? null : cell;
}

/** What a value becomes as a cell; undefined for one that cannot: a fault, a list. */
export function cellOf(value: GrelValue): string | number | boolean | undefined {
  if (value === null) return "";
  return isFault(value) || typeof value === "object" ? undefined : value;
}

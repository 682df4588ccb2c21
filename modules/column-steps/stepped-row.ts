import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import type { Cell, TableRow } from "../tables/table.ts";
import { derived } from "./derived.ts";
import type { ColumnStep } from "./step.ts";

/**
 * A row after the steps. A member that a record of an NDJSON lacks is left out by `select`, `rename`, `drop` and `trim`, and is empty
 * for `derive`. Throws a FileFaultError that names line and column of what cannot be done.
 */
export function steppedRow(row: TableRow, steps: readonly ColumnStep[]): TableRow {
  return steps.reduce((before, step) => ({ ...before, cells: cellsAfter(before, step) }), row);
}

function cellsAfter(row: TableRow, { select, rename, drop, derive, trim }: ColumnStep): Map<string, Cell> {
  const { cells } = row;
  if (select) return selected(cells, select);
  if (rename) return renamed(row, rename);
  if (drop) for (const column of drop) cells.delete(column);
  if (derive)
    for (const [name, derivation] of Object.entries(derive)) cells.set(name, derived(row, derivation));
  if (trim) {
    for (const column of trim === "all" ? cells.keys() : trim) {
      const cell = cells.get(column);
      if (typeof cell === "string") cells.set(column, cell.trim());
    }
  }
  return cells;
}

function selected(cells: Map<string, Cell>, columns: readonly string[]): Map<string, Cell> {
  const kept = new Map<string, Cell>();
  for (const column of columns) {
    const cell = cells.get(column);
    if (cell !== undefined) kept.set(column, cell);
  }
  return kept;
}

function renamed({ line, cells }: TableRow, names: Readonly<Record<string, string>>): Map<string, Cell> {
  const after = new Map<string, Cell>();
  for (const [column, cell] of cells) {
    const name = (Object.hasOwn(names, column) ? names[column] : undefined) ?? column;
    if (after.has(name))
      throw new FileFaultError(`line ${line} would have two members ${JSON.stringify(name)}`);
    after.set(name, cell);
  }
  return after;
}

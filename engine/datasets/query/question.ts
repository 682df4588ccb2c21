import { createHash } from "node:crypto";
import type { Dataset } from "../dataset.ts";
import type { AskedShape } from "../keys/asked-shape.ts";
import { columnFinder } from "./columns.ts";
import type { Selection } from "./asked.ts";
import { type Compared, comparedBy } from "./compared.ts";
import { type Condition, conditionOf } from "./condition.ts";
import type { Keys } from "./keys.ts";
import { isWholeKey, type OrderTerm, orderTerm, rowDescends } from "./order.ts";
import type { KeyShape } from "./plan.ts";
import { allOf, type Sql } from "./sql.ts";

/** A selection of rows as statements say it. */
export interface Question {
  readonly where: Sql;
  readonly terms: readonly OrderTerm[];
  /** To find the rows in their order. */
  readonly shape: KeyShape;
}

/**
 * Puts a selection into SQL. `longest`: of columns of text, by name, how many characters a cell has at most, where that
 * is known. The selection must have been read for this very dataset.
 */
export function questionOf(
  { filters, sort }: Selection,
  dataset: Dataset,
  keys: Keys,
  longest: ReadonlyMap<string, number>,
): Question {
  const find = columnFinder(dataset.columns);
  const compared = (name: string): Compared => {
    const column = find(name);
    if (!column) throw new Error(`the dataset ${dataset.table} has no column ${name}`);
    return comparedBy(column, keys);
  };
  const conditions = filters.map((filter) => conditionOf(filter, compared(filter.column)));
  const ordered = sort.map((key) => ({ ...key, compared: compared(key.column) }));
  const order = ordered.map(({ compared: { keyColumn, kind, name }, descending }) => ({
    key: kind === "text" && !isWholeKey(longest.get(name)) ? undefined : keyColumn,
    descending,
  }));
  return {
    where: allOf(conditions.map(({ sql }) => sql)),
    terms: ordered.map((key) => orderTerm(key, key.compared, longest.get(key.column))),
    shape: {
      equal: keysOf(conditions, "equal"),
      range: keysOf(conditions, "range"),
      sort: order.every(({ key }) => key !== undefined)
        ? order.map(({ key = "", descending }) => ({ key, descending }))
        : undefined,
      rowDescends: rowDescends(sort),
      covered: conditions.every(({ covered }) => covered),
    },
  };
}

/** What a selection asks of an index, whether the table has the keys for it or not. */
export function askedShape({ filters, sort }: Selection, dataset: Dataset): AskedShape {
  const find = columnFinder(dataset.columns);
  const columns = (role: Condition["role"]): string[] => {
    const names = filters.filter((filter) => {
      const column = find(filter.column);
      return column && conditionOf(filter, comparedBy(column, { columns: [] })).role === role;
    });
    return [...new Set(names.map(({ column }) => column))];
  };
  return { equal: columns("equal"), range: columns("range"), sort };
}

/** Names what is selected: two selections with the same filters have the same rows, whatever their order. */
export function filtersHash({ filters }: Pick<Selection, "filters">): string {
  return hash(filters.map(({ column, operator, operands }) => [column, operator, ...operands]));
}

/** Names rows and order. */
export function selectionHash(selection: Selection): string {
  const sort = selection.sort.map(({ column, descending }) => [column, descending]);
  return hash([filtersHash(selection), sort]);
}

function hash(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64url").slice(0, 16);
}

function keysOf(conditions: readonly Condition[], role: Condition["role"]): string[] {
  const keys = conditions.flatMap((condition) =>
    condition.role === role && condition.key !== undefined ? [condition.key] : [],
  );
  return [...new Set(keys)];
}

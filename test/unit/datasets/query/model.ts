import { type Dataset, type Kind, kindOf } from "../../../../engine/datasets/dataset.ts";
import type { Filter, Selection } from "../../../../engine/datasets/query/asked.ts";

/** A cell as it is ordered; null where it is of another kind than its column. */
type Ordered = string | bigint | null;

const NUMBER = /^(-?)(0|[1-9]\d{0,34})(?:\.(\d{1,30}))?$/;
const DATE =
  /^(\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?:[T ]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?Z?)?$/;

/** The rows of a selection in their order, told from the words of the documentation alone, in memory. */
export function matching(
  { filters, sort }: Selection,
  { columns }: Dataset,
  rows: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const place = (name: string): number => columns.findIndex((column) => column.name === name);
  const kind = (name: string): Kind => {
    const column = columns[place(name)];
    return column ? kindOf(column.cells) : "text";
  };
  const cell = (row: readonly string[], name: string): string => row[place(name)] ?? "";
  const found = rows.filter((row) =>
    filters.every((filter) => holds(filter, cell(row, filter.column), kind(filter.column))),
  );
  const inFile = new Map(rows.map((row, index) => [row, index]));
  const down = sort.at(-1)?.descending ?? false;
  return found.toSorted((one, other) => {
    for (const { column, descending } of sort) {
      const order = compare(
        ordered(cell(one, column), kind(column)),
        ordered(cell(other, column), kind(column)),
      );
      if (order !== 0) return descending ? -order : order;
    }
    return ((inFile.get(one) ?? 0) - (inFile.get(other) ?? 0)) * (down ? -1 : 1);
  });
}

function holds({ operator, operands }: Filter, cell: string, kind: Kind): boolean {
  const [operand = ""] = operands;
  const [left, right] = [ordered(cell, kind), ordered(operand, kind)];
  const isBeside = left !== null && right !== null;
  switch (operator) {
    case "eq":
      return same(cell, operand, kind);
    case "neq":
      return !same(cell, operand, kind);
    case "in":
      return operands.some((each) => same(cell, each, kind));
    case "null":
      return (cell === "") === (operand === "true");
    case "like":
      return cell.includes(operand);
    case "lt":
      return isBeside && compare(left, right) < 0;
    case "gt":
      return isBeside && compare(left, right) > 0;
    case "lte":
      return isBeside && compare(left, right) <= 0;
    case "gte":
      return isBeside && compare(left, right) >= 0;
  }
}

function same(cell: string, operand: string, kind: Kind): boolean {
  const number = kind === "number" ? ordered(operand, kind) : null;
  return number === null ? cell === operand : ordered(cell, kind) === number;
}

function ordered(cell: string, kind: Kind): Ordered {
  if (kind === "text") return cell;
  if (kind === "date") {
    const [, day, minute = "00:00", second = "00", fraction = ""] = DATE.exec(cell) ?? [];
    return day === undefined ? null : `${day}T${minute}:${second}.${fraction.padEnd(6, "0")}`;
  }
  const [, sign = "", whole, fraction = ""] = NUMBER.exec(cell) ?? [];
  return whole === undefined ? null : BigInt(`${sign}${whole}${fraction.padEnd(30, "0")}`);
}

/** Nothing comes before everything; texts by code point. */
function compare(one: Ordered, other: Ordered): number {
  if (one === null || other === null) return Number(one !== null) - Number(other !== null);
  if (typeof one === "bigint" || typeof other === "bigint") return one < other ? -1 : Number(one > other);
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

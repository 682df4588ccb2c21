import { type DatasetColumn, kindOf } from "../dataset.ts";
import { operandOf } from "../keys/key-column.ts";
import { type Asked, type Filter, type Operator, OPERATORS, type SortKey } from "./asked.ts";
import { BadQueryError, type QueryIssue } from "./bad-query-error.ts";
import { columnFinder, type FindColumn, noColumn, shown } from "./columns.ts";
import { splitList } from "./split-list.ts";

/** Parameters that are no columns; each at most once. No column of a dataset has such a name. */
const CONTROLS = ["limit", "sort", "fields", "cursor"] as const;

/** Most filters of a question, columns of its order, and values of an `in`. */
const MAX_FILTERS = 100;
const MAX_SORT = 16;
const MAX_VALUES = 1_000;

/** More faults than these are not listed. */
const MAX_ISSUES = 20;

/** Far beyond any table, and a number that JavaScript keeps whole. */
const MAX_ROWS = 1_000_000_000_000;

/**
 * Reads what was asked of a dataset, `?limit=0,2&sex=male&Fare=gt:7&sort=name:desc`. Column names count in any case.
 * `maxTake`: most rows that the answer may show. Throws a BadQueryError with all that is wrong.
 */
export function parseAsked(
  parameters: Iterable<readonly [string, string]>,
  columns: readonly DatasetColumn[],
  maxTake: number,
): Asked {
  const issues: QueryIssue[] = [];
  const find = columnFinder(columns);
  const controls = new Map<string, string>();
  const filters: Filter[] = [];
  for (const [name, text] of parameters) {
    if (issues.length >= MAX_ISSUES) break;
    if (CONTROLS.some((control) => control === name)) {
      if (controls.has(name)) issues.push({ path: name, message: "is there twice: give it once" });
      controls.set(name, text);
      continue;
    }
    const column = find(name);
    const read = column ? readFilter(column, text) : noColumn(name, columns);
    if (typeof read === "string") issues.push({ path: name.slice(0, 100), message: read });
    else if (filters.push(read) === MAX_FILTERS + 1) {
      issues.push({ path: name, message: `is one filter too many: at most ${MAX_FILTERS}` });
      break;
    }
  }
  const valueOf = <T>(
    control: (typeof CONTROLS)[number],
    read: (text: string) => T | string,
  ): T | undefined => {
    const text = controls.get(control);
    const value = text === undefined ? undefined : read(text);
    if (typeof value !== "string") return value;
    issues.push({ path: control, message: value });
    return undefined;
  };
  const limit = valueOf("limit", (text) => readLimit(text, maxTake));
  const sort = valueOf("sort", (text) => readSort(text, find, columns)) ?? [];
  const fields = valueOf("fields", (text) => readFields(text, find, columns));
  if (issues.length > 0) throw new BadQueryError(issues);
  return {
    filters,
    // What is the same in all rows orders none of them: without it, an index on the others has the order.
    sort: sort.filter(({ column }) => !filters.some((f) => f.operator === "eq" && f.column === column)),
    fields,
    skip: limit?.skip ?? 0,
    take: limit?.take,
    cursor: controls.get("cursor"),
  };
}

/** A filter; in words what is wrong with it. */
function readFilter(column: DatasetColumn, text: string): Filter | string {
  const [prefix, word] = /^([a-z]+):/.exec(text) ?? [];
  if (prefix === undefined) return { column: column.name, operator: "eq", operands: [text] };
  const operator = OPERATORS.find((known) => known === word);
  if (operator === undefined) {
    const literal = `eq:${text}`;
    return `${shown(prefix)} is no operator (${OPERATORS.join(", ")}); to ask for these characters themselves, write ${shown(literal)}`;
  }
  const operand = text.slice(prefix.length);
  const operands = operator === "in" ? splitList(operand) : [operand];
  return wrongOperands(column, operator, operands) ?? { column: column.name, operator, operands };
}

function wrongOperands(
  { name, cells }: DatasetColumn,
  operator: Operator,
  operands: readonly string[],
): string | undefined {
  const [operand = ""] = operands;
  if (operands.length > MAX_VALUES) return `in takes at most ${MAX_VALUES} values`;
  if (operator === "null" && operand !== "true" && operand !== "false") return "null takes true or false";
  const kind = kindOf(cells);
  if (kind === "text" || !["lt", "gt", "lte", "gte"].includes(operator)) return undefined;
  if (operandOf(kind, operand) !== undefined) return undefined;
  const such = kind === "number" ? "a number" : "a date like 2020-06-01 or 2020-06-01T12:30";
  return `${shown(name)} holds ${kind}s: ${operator} takes ${such}, not ${shown(operand)}`;
}

function readLimit(text: string, maxTake: number): { skip: number; take: number } | string {
  const [, first = "", second] = /^(\d{1,15})(?:,(\d{1,15}))?$/.exec(text) ?? [];
  const [skip, take] = second === undefined ? [0, Number(first)] : [Number(first), Number(second)];
  if (first === "")
    return "must be how many rows to show, or how many to leave out and to show: 50, or 100,50";
  if (take < 1 || take > maxTake) return `must show 1 to ${maxTake} rows`;
  if (skip > MAX_ROWS) return `must leave out at most ${MAX_ROWS} rows`;
  return { skip, take };
}

function readSort(text: string, find: FindColumn, columns: readonly DatasetColumn[]): SortKey[] | string {
  const items = splitList(text);
  if (items.length > MAX_SORT) return `names at most ${MAX_SORT} columns`;
  const keys: SortKey[] = [];
  for (const item of items) {
    const [, name = item, direction] = /^(.*):(asc|desc)$/s.exec(item) ?? [];
    const column = find(name);
    if (name === "") return "must be columns, each with :asc or :desc if you like: name:desc,sex";
    if (!column) {
      const [, before = "", behind] = /^(.*):([^:]*)$/s.exec(name) ?? [];
      return find(before) ? `${shown(behind ?? "")} is no direction: asc or desc` : noColumn(name, columns);
    }
    if (keys.some((key) => key.column === column.name)) return `names ${shown(column.name)} twice`;
    keys.push({ column: column.name, descending: direction === "desc" });
  }
  return keys;
}

function readFields(text: string, find: FindColumn, columns: readonly DatasetColumn[]): string[] | string {
  const names: string[] = [];
  for (const item of splitList(text)) {
    const column = find(item);
    if (item === "") return "must be columns: name,sex";
    if (!column) return noColumn(item, columns);
    if (names.includes(column.name)) return `names ${shown(column.name)} twice`;
    names.push(column.name);
  }
  return names;
}

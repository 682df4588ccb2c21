import type { Json } from "../json.ts";
import { isAggregate } from "./aggregates.ts";
import { compile } from "./compile-expression.ts";
import { Groups } from "./groups.ts";
import { QueryText, printed } from "./scope.ts";
import type { AggregateCall, Evaluate, Grouped, Grouping, Row, Scope, Subquery } from "./scope.ts";
import type { Expression, Select } from "./syntax.ts";
import { identity, objectOf } from "./values.ts";
import type { Value } from "./values.ts";

/** A SELECT ready to run on rows. */
export interface CompiledSelect {
  /** Goes through FROM and WHERE for the row as it stands, setting the aliases; ends early when `each` says false. */
  readonly rows: (row: Row, each: () => boolean) => boolean;
  /** What SELECT makes of a row or, when grouped, of a group. */
  readonly output: Evaluate;
  /** Present when the SELECT adds rows up. */
  readonly grouped: Grouped | undefined;
  readonly distinct: boolean;
  readonly offset: number;
  /** How many results at most: the smaller of TOP and LIMIT. */
  readonly limit: number;
}

/** Compiles a SELECT; `root` is the slot of the container's item in the outermost one. */
export function compileSelect(
  select: Select,
  text: QueryText,
  outer: Scope | undefined,
  root?: number,
): CompiledSelect {
  const names = new Map<string, number>();
  const scope: Scope = { text, names, outer };
  const sources = select.from.map((source, at) => {
    const seen: Scope = at === 0 && root !== undefined ? { ...scope, root } : scope;
    const { value, each } = source;
    const subquery = value.kind === "subquery" && value.use === "scalar";
    // Each result of a subquery is a row of its own; after IN, each element of each result.
    const read = compile(subquery ? { ...value, use: "array" } : value, seen);
    const evaluate: Evaluate = subquery && each ? (row) => elements(read(row)) : read;
    if (names.has(source.alias)) throw text.failure(source.at, `The name '${source.alias}' is used twice.`);
    const slot = text.slot();
    names.set(source.alias, slot);
    return { evaluate, slot, each: each || subquery };
  });
  const where = select.where && compile(select.where, scope);
  const rows = (row: Row, each: () => boolean, at = 0): boolean => {
    const source = sources[at];
    if (source === undefined) return where === undefined || where(row) === true ? each() : true;
    const value = source.evaluate(row);
    if (!source.each) {
      if (value === undefined) return true;
      row[source.slot] = value;
      return rows(row, each, at + 1);
    }
    if (!Array.isArray(value)) return true;
    for (const item of value) {
      row[source.slot] = item;
      if (!rows(row, each, at + 1)) return false;
    }
    return true;
  };
  const { outputScope, grouped } = groupScope(select, scope);
  return {
    rows,
    output: compileOutput(select, outputScope),
    grouped,
    distinct: select.distinct,
    offset: wholeNumber(select.offset, scope, 0),
    limit: Math.min(wholeNumber(select.top, scope, Infinity), wholeNumber(select.limit, scope, Infinity)),
  };
}

function elements(results: Value): Value {
  return Array.isArray(results)
    ? results.flatMap((result) => (Array.isArray(result) ? result : []))
    : undefined;
}

function groupScope(select: Select, scope: Scope): { outputScope: Scope; grouped: Grouped | undefined } {
  const isGrouped = select.groupBy.length > 0 || outputs(select).some(hasAggregate);
  if (!isGrouped) return { outputScope: scope, grouped: undefined };
  if (select.orderBy.length > 0)
    throw scope.text.failure(select.at, "ORDER BY cannot be combined with GROUP BY or an aggregate.");
  const keys = select.groupBy.map((key) => compile(key, scope));
  const keySlots = keys.map(() => scope.text.slot());
  const byText = new Map(select.groupBy.map((key, at) => [printed(key), keySlots[at] ?? 0]));
  const aggregates: AggregateCall[] = [];
  const grouping: Grouping = { aggregates, keys: byText, rows: scope };
  return { outputScope: { ...scope, grouping }, grouped: { keys, keySlots, aggregates } };
}

function outputs({ output }: Select): Expression[] {
  if (output.kind === "all") return [];
  return output.kind === "value" ? [output.value] : output.columns.map((column) => column.value);
}

/** True when an aggregate stands in the expression itself, not in a subquery of it. */
function hasAggregate(expression: Expression): boolean {
  if (expression.kind === "subquery") return false;
  if (expression.kind === "call" && isAggregate(expression.name)) return true;
  return Object.values(expression).some((part: unknown) => {
    const parts = Array.isArray(part) ? (part as unknown[]).flat() : [part];
    return parts.some(
      (inner) =>
        typeof inner === "object" && inner !== null && "kind" in inner && hasAggregate(inner as Expression),
    );
  });
}

function compileOutput(select: Select, scope: Scope): Evaluate {
  const { output } = select;
  if (output.kind === "value") return compile(output.value, scope);
  if (output.kind === "all") {
    const [only, second] = select.from;
    if (only === undefined || second !== undefined) {
      throw scope.text.failure(select.at, "'SELECT *' is only valid with a single input set.");
    }
    return compile({ kind: "alias", name: only.alias, at: only.at }, scope);
  }
  let unnamed = 0;
  const columns = output.columns.map(
    ({ name, value }) => [name ?? `$${++unnamed}`, compile(value, scope)] as const,
  );
  const repeated = columns.find(([name], at) => columns.findIndex(([other]) => other === name) !== at);
  if (repeated) throw scope.text.failure(select.at, `The column name '${repeated[0]}' is used twice.`);
  return (row) => objectOf(columns.map(([name, value]) => [name, value(row)] as const));
}

function wholeNumber(expression: Expression | undefined, scope: Scope, otherwise: number): number {
  if (expression === undefined) return otherwise;
  const value = compile(expression, scope)([]);
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw scope.text.failure(expression.at, "TOP, OFFSET and LIMIT take a whole number that is not negative.");
}

/** Begins the compilation of a whole query with the values of its parameters. */
export function queryText(query: string, parameters: ReadonlyMap<string, Value>): QueryText {
  return new QueryText(query, parameters, compileSubquery);
}

/** Compiles a subquery: its one value, the array of its values, or whether it has any. */
function compileSubquery(expression: Subquery, scope: Scope): Evaluate {
  const { query, use, at } = expression;
  if (query.orderBy.length > 0) throw scope.text.failure(at, "ORDER BY is not supported in a subquery.");
  const select = compileSelect(query, scope.text, scope);
  switch (use) {
    case "exists":
      return (row) => results(select, row, 1).length > 0;
    case "array":
      return (row) => results(select, row, Infinity);
    case "scalar":
      return (row) => results(select, row, 1)[0];
  }
}

/** Runs a subquery on the row around it; at most `most` results. */
function results(select: CompiledSelect, row: Row, most: number): Json[] {
  const found: Json[] = [];
  const seen = new Set<string>();
  let skip = select.offset;
  const limit = Math.min(select.limit, most);
  const add = (value: Value): boolean => {
    if (found.length >= limit) return false;
    if (value === undefined) return true;
    if (select.distinct) {
      const text = identity(value);
      if (seen.has(text)) return true;
      seen.add(text);
    }
    if (skip > 0) skip--;
    else found.push(value);
    return found.length < limit;
  };
  if (select.grouped === undefined) {
    select.rows(row, () => add(select.output(row)));
    return found;
  }
  const groups = new Groups(select.grouped);
  select.rows(row, () => {
    groups.add(row);
    return true;
  });
  for (const value of groups.results(row, select.output)) if (!add(value)) break;
  return found;
}

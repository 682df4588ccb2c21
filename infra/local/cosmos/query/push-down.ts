import type { ContainerEntry } from "../store/catalog.ts";
import { pathNames } from "../partition-key.ts";
import { pathColumns } from "./column.ts";
import type { PathColumns } from "./column.ts";
import { constantOf, documentPath } from "./document-path.ts";
import type { DocumentPath } from "./document-path.ts";
import type { QueryText } from "./scope.ts";
import type { Expression, Select } from "./syntax.ts";
import { typeRank } from "./values.ts";
import type { Value } from "./values.ts";

/** A value SQLite can be given. */
export type SqlValue = string | number | null;

/** The part of a WHERE that SQLite can decide. */
export interface Condition {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** True when this is the whole truth; false when it only leaves out some items that cannot match. */
  readonly exact: boolean;
  /** The paths that are compared for equality, and those compared otherwise: what an index could serve. */
  readonly equal: readonly DocumentPath[];
  readonly ranged: readonly DocumentPath[];
  /** True when it names partitions, so that their own index serves it. */
  readonly keyed: boolean;
}

const never: Condition = { sql: "0", values: [], exact: true, equal: [], ranged: [], keyed: false };
const always: Condition = { ...never, sql: "1" };
const mirrored: Readonly<Record<string, string>> = {
  "=": "=",
  "!=": "!=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};
const typeTests: Readonly<Record<string, string>> = {
  IS_NULL: "= 1",
  IS_BOOL: "= 2",
  IS_NUMBER: "= 3",
  IS_STRING: "= 4",
  IS_ARRAY: "= 5",
  IS_OBJECT: "= 6",
  IS_PRIMITIVE: "BETWEEN 1 AND 4",
  IS_DEFINED: "> 0",
};

/** Translates what it can of a WHERE for one container and one query. */
export class PushDown {
  readonly #text: QueryText;
  readonly #alias: string;
  readonly #keyPath: string | undefined;

  /** @param alias the name of the whole item in the query */
  constructor(text: QueryText, alias: string, container: ContainerEntry) {
    this.#text = text;
    this.#alias = alias;
    const [path, second] = container.definition.partitionKey.paths;
    const simple = path !== undefined && second === undefined && !container.definition.partitionKey.systemKey;
    this.#keyPath = simple ? JSON.stringify(pathNames(path)) : undefined;
  }

  /** The condition SQLite can check for an expression; undefined when it cannot at all. */
  condition(expression: Expression): Condition | undefined {
    switch (expression.kind) {
      case "binary":
        if (expression.operator === "AND") return this.#and(expression.left, expression.right);
        if (expression.operator === "OR") return this.#or([expression.left, expression.right]);
        return this.#comparison(expression.operator, expression.left, expression.right);
      case "in":
        return this.#in(expression.value, expression.list);
      case "between": {
        const low = this.#comparison(">=", expression.value, expression.low);
        const high = this.#comparison("<=", expression.value, expression.high);
        return low && high && both(low, high);
      }
      case "call":
        return this.#call(expression.name, expression.args);
      case "unary":
        return this.#not(expression.operator, expression.operand);
      case "subquery":
        return expression.use === "exists" ? this.#exists(expression.query) : undefined;
      case "literal":
        return expression.value === true ? always : never;
      default:
        return undefined;
    }
  }

  /**
   * Something exists in a member of the item only where the item's text has the member's name, and the text that is
   * compared with: looking for these takes a fraction of reading the item.
   */
  #exists({ from, where, output, groupBy }: Select): Condition | undefined {
    const [source, ...others] = from;
    if (source?.each !== true || others.length > 0 || groupBy.length > 0) return undefined;
    // An aggregate has a value where there is nothing, too.
    if (output.kind !== "value" || documentPath(output.value, source.alias) === undefined) return undefined;
    const name = documentPath(source.value, this.#alias)?.at(-1);
    if (typeof name !== "string") return undefined;
    const texts = where && this.#textsOf(where, source.alias);
    const contains = (text: string): Condition => ({ ...never, sql: "instr(body, ?) > 0", values: [text] });
    const named = { ...contains(JSON.stringify(name)), exact: false };
    if (texts === undefined) return named;
    const some = texts.map(contains);
    const either = `(${some.map(({ sql }) => sql).join(" OR ")})`;
    return both(named, { ...never, sql: either, values: some.flatMap(({ values }) => values) });
  }

  /** Texts of which an item must have one where an expression holds; undefined where nobody can say. */
  #textsOf(expression: Expression, alias: string): string[] | undefined {
    if (expression.kind === "call" && expression.name === "STARTSWITH" && expression.args.length === 2) {
      const [held, start] = expression.args;
      const text = this.#textBeside(alias, held, start);
      return text === undefined ? undefined : [text.slice(0, -1)];
    }
    if (expression.kind !== "binary") return undefined;
    const { operator, left, right } = expression;
    if (operator === "=") {
      const text = this.#textBeside(alias, left, right);
      return text === undefined ? undefined : [text];
    }
    const [one, other] = [this.#textsOf(left, alias), this.#textsOf(right, alias)];
    if (operator === "AND") return one ?? other;
    return operator === "OR" && one && other ? [...one, ...other] : undefined;
  }

  /** A text that a value of the item itself is compared with, as items have it: with its quotes. */
  #textBeside(
    alias: string,
    held: Expression | undefined,
    known: Expression | undefined,
  ): string | undefined {
    if (!held || !known || documentPath(held, alias) === undefined) return undefined;
    const { value } = constantOf(known, this.#text);
    return typeof value === "string" ? JSON.stringify(value) : undefined;
  }

  #and(left: Expression, right: Expression): Condition | undefined {
    const first = this.condition(left);
    const second = this.condition(right);
    if (first && second) return both(first, second);
    const one = first ?? second;
    return one && { ...one, exact: false };
  }

  #or(sides: readonly Expression[]): Condition | undefined {
    const conditions: Condition[] = [];
    for (const side of sides) {
      const condition = this.condition(side);
      if (condition === undefined) return undefined;
      conditions.push(condition);
    }
    return {
      sql: `(${conditions.map(({ sql }) => sql).join(" OR ")})`,
      values: conditions.flatMap(({ values }) => values),
      exact: conditions.every(({ exact }) => exact),
      equal: [],
      ranged: [],
      keyed: conditions.every(({ keyed }) => keyed),
    };
  }

  /** NOT is known of what is never undefined: the type tests. */
  #not(operator: string, operand: Expression): Condition | undefined {
    if (operator !== "NOT" || operand.kind !== "call" || !(operand.name in typeTests)) return undefined;
    const condition = this.#call(operand.name, operand.args);
    return condition && { ...condition, sql: `NOT ${condition.sql}`, equal: [], ranged: [] };
  }

  #comparison(operator: string, left: Expression, right: Expression): Condition | undefined {
    const swapped = mirrored[operator];
    if (swapped === undefined) return undefined;
    const path = documentPath(left, this.#alias);
    if (path !== undefined) {
      const { known, value } = constantOf(right, this.#text);
      return known ? this.#compare(operator, path, value) : undefined;
    }
    const other = documentPath(right, this.#alias);
    const { known, value } = constantOf(left, this.#text);
    return other !== undefined && known ? this.#compare(swapped, other, value) : undefined;
  }

  #compare(operator: string, path: DocumentPath, value: Value): Condition | undefined {
    const rank = typeRank(value);
    if (rank === 0) return never;
    if (rank > 4) return undefined;
    if (path.length === 1 && path[0] === "id") {
      if (typeof value !== "string") return operator === "!=" ? always : never;
      return { ...never, sql: `id ${operator} ?`, values: [value], equal: operator === "=" ? [path] : [] };
    }
    if (operator === "=" && JSON.stringify(path) === this.#keyPath) {
      return { ...never, sql: "pk = ?", values: [JSON.stringify([value])], keyed: true };
    }
    const columns = pathColumns(path);
    if (columns === undefined) return undefined;
    const values = value === null ? [] : [sqlValue(value as string | number | boolean)];
    const same = value === null ? `${columns.rank} = 1` : compared(columns, rank, "=");
    if (operator === "=") return { ...never, sql: same, values, equal: [path] };
    if (operator === "!=")
      return { ...never, sql: `(${columns.rank} > 0 AND NOT COALESCE(${same}, 0))`, values };
    if (value === null)
      return operator === "<=" || operator === ">=" ? { ...never, sql: same, equal: [path] } : never;
    return { ...never, sql: compared(columns, rank, operator), values, ranged: [path] };
  }

  #in(value: Expression, list: readonly Expression[]): Condition | undefined {
    const path = documentPath(value, this.#alias);
    if (path === undefined) return undefined;
    const conditions: Condition[] = [];
    for (const item of list) {
      const { known, value: wanted } = constantOf(item, this.#text);
      const condition = known ? this.#compare("=", path, wanted) : undefined;
      if (condition === undefined) return undefined;
      conditions.push(condition);
    }
    const texts = conditions.flatMap(({ values }) => values);
    const [first] = conditions;
    // One list is faster than many ORs, and SQLite can walk an index along it.
    const same = first && /^(id|pk) = \?$/.exec(first.sql)?.[1];
    if (same && conditions.every(({ sql }) => sql === first.sql)) {
      return { ...first, sql: `${same} IN (${texts.map(() => "?").join(", ")})`, values: texts };
    }
    const columns = pathColumns(path);
    if (columns && texts.length === list.length && texts.every((text) => typeof text === "string")) {
      const sql = `${columns.rank} = 4 AND ${columns.value} IN (${texts.map(() => "?").join(", ")})`;
      return { sql, values: texts, exact: true, equal: [path], ranged: [], keyed: false };
    }
    return { ...never, sql: `(${conditions.map(({ sql }) => sql).join(" OR ")})`, values: texts };
  }

  #call(name: string, args: readonly Expression[]): Condition | undefined {
    const [first, second] = args;
    const path = first && documentPath(first, this.#alias);
    const columns = path && pathColumns(path);
    if (path === undefined || columns === undefined) return undefined;
    const test = typeTests[name];
    if (test !== undefined && args.length === 1) {
      const use = test.startsWith("=") ? { equal: [path], ranged: [] } : { equal: [], ranged: [] };
      return { ...never, sql: `${columns.rank} ${test}`, ...use };
    }
    if (name !== "STARTSWITH" || second === undefined || args.length !== 2) return undefined;
    const { value } = constantOf(second, this.#text);
    if (typeof value !== "string" || value === "") return undefined;
    const sql = `(${columns.rank} = 4 AND ${columns.value} >= ? AND ${columns.value} < ?)`;
    return {
      sql,
      values: [value, `${value}\u{10ffff}`],
      exact: false,
      equal: [],
      ranged: [path],
      keyed: false,
    };
  }
}

function compared({ rank, value }: PathColumns, of: number, operator: string): string {
  return `(${rank} = ${of} AND ${value} ${operator} ?)`;
}

function sqlValue(value: boolean | number | string): SqlValue {
  return typeof value === "boolean" ? Number(value) : value;
}

function both(left: Condition, right: Condition): Condition {
  return {
    sql: `(${left.sql} AND ${right.sql})`,
    values: [...left.values, ...right.values],
    exact: left.exact && right.exact,
    equal: [...left.equal, ...right.equal],
    ranged: [...left.ranged, ...right.ranged],
    keyed: left.keyed || right.keyed,
  };
}

import type { Expression } from "./syntax.ts";
import { SyntaxFailure } from "./syntax-failure.ts";
import type { Value } from "./values.ts";

/** The values of all names while a query runs: each alias, group key and aggregate has a slot of its own. */
export type Row = Value[];

/** A compiled expression. */
export type Evaluate = (row: Row) => Value;

/** A SELECT inside an expression. */
export type Subquery = Extract<Expression, { kind: "subquery" }>;

/** What is known of one whole query while it is compiled. */
export class QueryText {
  readonly query: string;
  /** Compiles the subqueries of expressions. */
  readonly subquery: (expression: Subquery, scope: Scope) => Evaluate;
  readonly #parameters: ReadonlyMap<string, Value>;
  #slots = 0;

  constructor(query: string, parameters: ReadonlyMap<string, Value>, subquery: QueryText["subquery"]) {
    this.query = query;
    this.#parameters = parameters;
    this.subquery = subquery;
  }

  /** Reserves a place in the row. */
  slot(): number {
    return this.#slots++;
  }

  parameter(name: string, at: number): Value {
    if (!this.#parameters.has(name)) throw this.failure(at, `The parameter '${name}' has no value.`);
    return this.#parameters.get(name);
  }

  failure(at: number, reason: string): SyntaxFailure {
    return new SyntaxFailure(this.query, at, reason);
  }
}

/** An aggregate of a SELECT list: what it adds up, and where its result goes. */
export interface AggregateCall {
  readonly name: string;
  readonly argument: Evaluate;
  readonly slot: number;
}

/** A SELECT that adds rows up: by which keys, and what. */
export interface Grouped {
  readonly keys: readonly Evaluate[];
  readonly keySlots: readonly number[];
  readonly aggregates: readonly AggregateCall[];
}

/** What expressions of a grouped SELECT may use besides plain values. */
export interface Grouping {
  readonly aggregates: AggregateCall[];
  /** The slot of each GROUP BY expression, by its printed form. */
  readonly keys: ReadonlyMap<string, number>;
  /** Where aggregates find the aliases of the rows they add up. */
  readonly rows: Scope;
}

/** The names an expression can see, with those around it. */
export interface Scope {
  readonly text: QueryText;
  readonly names: ReadonlyMap<string, number>;
  readonly outer: Scope | undefined;
  /** The slot that any unknown name stands for: the container, in the first member of the outermost FROM. */
  readonly root?: number;
  readonly grouping?: Grouping;
}

/** The slot of a name; throws `SyntaxFailure` when nothing is called that. */
export function resolve(scope: Scope, name: string, at: number): number {
  for (let inside: Scope | undefined = scope; inside; inside = inside.outer) {
    const slot = inside.names.get(name) ?? inside.root;
    if (slot !== undefined) return slot;
  }
  throw scope.text.failure(at, `Identifier '${name}' could not be resolved.`);
}

/** An expression as a text without its places, to see whether two are the same. */
export function printed(expression: Expression): string {
  return JSON.stringify(expression, (key, value: unknown) => (key === "at" ? undefined : value));
}

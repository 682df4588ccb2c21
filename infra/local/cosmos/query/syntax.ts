import type { Json } from "../json.ts";

/** An expression of the query language; `at` is its place in the text. */
export type Expression =
  | { readonly kind: "literal"; readonly value: Json | undefined; readonly at: number }
  | { readonly kind: "parameter"; readonly name: string; readonly at: number }
  | { readonly kind: "alias"; readonly name: string; readonly at: number }
  | { readonly kind: "member"; readonly of: Expression; readonly name: Expression; readonly at: number }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression; readonly at: number }
  | Binary
  | {
      readonly kind: "in";
      readonly value: Expression;
      readonly list: readonly Expression[];
      readonly at: number;
    }
  | {
      readonly kind: "between";
      readonly value: Expression;
      readonly low: Expression;
      readonly high: Expression;
      readonly at: number;
    }
  | {
      readonly kind: "like";
      readonly value: Expression;
      readonly pattern: Expression;
      readonly escape: Expression | undefined;
      readonly at: number;
    }
  | {
      readonly kind: "conditional";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
      readonly at: number;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly args: readonly Expression[];
      readonly at: number;
    }
  | {
      readonly kind: "object";
      readonly members: readonly (readonly [string, Expression])[];
      readonly at: number;
    }
  | { readonly kind: "array"; readonly items: readonly Expression[]; readonly at: number }
  | {
      readonly kind: "subquery";
      readonly use: "scalar" | "array" | "exists";
      readonly query: Select;
      readonly at: number;
    };

/** Two operands: comparison, arithmetic, bits, `AND`, `OR`, `||`, `??`. */
export interface Binary {
  readonly kind: "binary";
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
  readonly at: number;
}

/** One column of a SELECT list. */
export interface Column {
  readonly value: Expression;
  /** The name after AS, or the last name of a path; undefined where the service would number it. */
  readonly name: string | undefined;
}

/** A member of FROM: a path or subquery that is one value, or (`each`) an array to go through. */
export interface Source {
  readonly alias: string;
  readonly value: Expression;
  readonly each: boolean;
  readonly at: number;
}

/** One key of ORDER BY. */
export interface SortKey {
  readonly value: Expression;
  readonly descending: boolean;
}

/** A whole SELECT. */
export interface Select {
  readonly distinct: boolean;
  readonly top: Expression | undefined;
  /** `*`, a VALUE expression, or a list of columns. */
  readonly output:
    | { readonly kind: "all" }
    | { readonly kind: "value"; readonly value: Expression }
    | { readonly kind: "columns"; readonly columns: readonly Column[] };
  readonly from: readonly Source[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  readonly orderBy: readonly SortKey[];
  readonly offset: Expression | undefined;
  readonly limit: Expression | undefined;
  readonly at: number;
}

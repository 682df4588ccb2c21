import type { GrelFunction } from "./functions.ts";
import type { GrelValue } from "./value.ts";

/** An expression of GREL, as far as it is understood: https://openrefine.org/docs/manual/grel. */
export type Expression =
  | { readonly kind: "literal"; readonly value: GrelValue }
  | { readonly kind: "value" }
  /** `cells["Name"].value` */
  | { readonly kind: "cell"; readonly column: string }
  | { readonly kind: "call"; readonly call: GrelFunction; readonly of: readonly Expression[] }
  | { readonly kind: "if"; readonly test: Expression; readonly yes: Expression; readonly no: Expression }
  | { readonly kind: "+" | "==" | "!="; readonly left: Expression; readonly right: Expression }
  /** `value[0]`, `value[0, 3]` */
  | { readonly kind: "part"; readonly of: Expression; readonly from: Expression; readonly to?: Expression };

/** The columns whose cells an expression names. */
export function columnsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case "literal":
    case "value":
      return [];
    case "cell":
      return [expression.column];
    case "call":
      return expression.of.flatMap(columnsOf);
    case "if":
      return [expression.test, expression.yes, expression.no].flatMap(columnsOf);
    case "part":
      return [expression.of, expression.from, ...(expression.to ? [expression.to] : [])].flatMap(columnsOf);
    case "+":
    case "==":
    case "!=":
      return [expression.left, expression.right].flatMap(columnsOf);
  }
}

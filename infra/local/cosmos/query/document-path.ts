import type { QueryText } from "./scope.ts";
import type { Expression, Select } from "./syntax.ts";
import type { Value } from "./values.ts";

/** The names that lead from an item to one of its values: `["contact", "email"]`. */
export type DocumentPath = readonly (string | number)[];

/** The alias of the whole item, when FROM begins with the container itself; undefined for `FROM x IN c.items`. */
export function itemAlias(select: Select): string | undefined {
  const [first] = select.from;
  return first !== undefined && !first.each && first.value.kind === "alias" ? first.alias : undefined;
}

/** The path an expression is, seen from the item of this alias; undefined when it is anything else. */
export function documentPath(expression: Expression, alias: string): DocumentPath | undefined {
  if (expression.kind === "alias") return expression.name === alias ? [] : undefined;
  if (expression.kind !== "member" || expression.name.kind !== "literal") return undefined;
  const { value } = expression.name;
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const holder = documentPath(expression.of, alias);
  return holder && [...holder, value];
}

/** The value of a literal or a parameter; undefined (and `known` false) for what depends on the item. */
export function constantOf(expression: Expression, text: QueryText): { known: boolean; value?: Value } {
  if (expression.kind === "literal") return { known: true, value: expression.value };
  if (expression.kind === "parameter")
    return { known: true, value: text.parameter(expression.name, expression.at) };
  return { known: false };
}

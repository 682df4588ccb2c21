import { finite } from "./query-function.ts";
import { compare, equal } from "./values.ts";
import type { Value } from "./values.ts";

type Operator = (left: Value, right: Value) => Value;

function comparison(test: (order: number) => boolean): Operator {
  return (left, right) => {
    const order = compare(left, right);
    return order === undefined ? undefined : test(order);
  };
}

function arithmetic(call: (left: number, right: number) => number): Operator {
  return (left, right) =>
    typeof left === "number" && typeof right === "number" ? finite(call(left, right)) : undefined;
}

/** The operators that need both operands' values; `AND`, `OR`, `??` look at one first and are compiled apart. */
export const operators: Readonly<Record<string, Operator>> = {
  "=": equal,
  "!=": (left, right) => {
    const result = equal(left, right);
    return result === undefined ? undefined : !result;
  },
  "<": comparison((order) => order < 0),
  "<=": comparison((order) => order <= 0),
  ">": comparison((order) => order > 0),
  ">=": comparison((order) => order >= 0),
  "+": arithmetic((left, right) => left + right),
  "-": arithmetic((left, right) => left - right),
  "*": arithmetic((left, right) => left * right),
  "/": arithmetic((left, right) => left / right),
  "%": arithmetic((left, right) => left % right),
  "&": arithmetic((left, right) => left & right),
  "|": arithmetic((left, right) => left | right),
  "^": arithmetic((left, right) => left ^ right),
  "<<": arithmetic((left, right) => left << right),
  ">>": arithmetic((left, right) => left >> right),
  ">>>": arithmetic((left, right) => left >>> right),
  "||": (left, right) => (typeof left === "string" && typeof right === "string" ? left + right : undefined),
};

/** AND of three-valued logic: false wins over undefined. */
export function and(left: Value, right: () => Value): Value {
  if (left === false) return false;
  const other = right();
  if (other === false) return false;
  return left === true && other === true ? true : undefined;
}

/** OR of three-valued logic: true wins over undefined. */
export function or(left: Value, right: () => Value): Value {
  if (left === true) return true;
  const other = right();
  if (other === true) return true;
  return left === false && other === false ? false : undefined;
}

/** What an operator before its operand makes of it. */
export function unary(operator: string, operand: Value): Value {
  if (operator === "NOT") return typeof operand === "boolean" ? !operand : undefined;
  if (typeof operand !== "number") return undefined;
  if (operator === "-") return -operand;
  return operator === "~" ? ~operand : operand;
}

/** The regular expression of a LIKE pattern: `%` any text, `_` one character, `[a-z]` and `[^a-z]` sets. */
export function likePattern(pattern: string, escape: string | undefined): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === escape && at + 1 < pattern.length) {
      source += quoted(pattern[++at] ?? "");
    } else if (char === "%") {
      source += ".*";
    } else if (char === "_") {
      source += ".";
    } else if (char === "[" && pattern.includes("]", at + 2)) {
      const end = pattern.indexOf("]", at + 2);
      const inside = pattern
        .slice(at + 1, end)
        .replaceAll("\\", "\\\\")
        .replaceAll("[", "\\[");
      source += `[${inside}]`;
      at = end;
    } else {
      source += quoted(char);
    }
  }
  return new RegExp(`^${source}$`, "su");
}

function quoted(char: string): string {
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

import type { Expression } from "./expression.ts";
import { sliced, textOf } from "./functions.ts";
import { type GrelValue, isFault } from "./value.ts";

/** What an expression is about. */
export interface GrelRow {
  /** The cell's own value. */
  readonly value: GrelValue;
  /** What the row has in a column. */
  readonly cell: (column: string) => GrelValue;
}

/** The value of an expression for a row: a fault where a part of it has none. */
export function evaluate(expression: Expression, row: GrelRow): GrelValue {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "value":
      return row.value;
    case "cell":
      return row.cell(expression.column);
    case "call": {
      const { call, of } = expression;
      const values = of.map((each) => evaluate(each, row));
      return (call.ofFaults === true ? undefined : values.find(isFault)) ?? call.call(values);
    }
    case "if": {
      const test = evaluate(expression.test, row);
      return isFault(test) ? test : evaluate(test === true ? expression.yes : expression.no, row);
    }
    case "part":
      return part(
        evaluate(expression.of, row),
        evaluate(expression.from, row),
        expression.to && evaluate(expression.to, row),
      );
    case "+":
    case "==":
    case "!=": {
      const [left, right] = [evaluate(expression.left, row), evaluate(expression.right, row)];
      if (isFault(left)) return left;
      if (isFault(right)) return right;
      if (expression.kind === "+") return sum(left, right);
      return (left === right) === (expression.kind === "==");
    }
  }
}

/** Null where one of them is; of two numbers their sum; else both texts, one behind the other. */
function sum(left: GrelValue, right: GrelValue): GrelValue {
  if (left === null || right === null) return null;
  if (typeof left === "number" && typeof right === "number") return left + right;
  const [first, second] = [textOf(left), textOf(right)];
  return first === undefined || second === undefined
    ? { fault: "+ is for texts and numbers" }
    : first + second;
}

function part(of: GrelValue, from: GrelValue, to: GrelValue | undefined): GrelValue {
  const faulty = [of, from, to ?? null].find(isFault);
  if (faulty !== undefined) return faulty;
  if (to !== undefined) return sliced(of, from, to);
  if (typeof from !== "number") return { fault: "a place is a number" };
  if (Array.isArray(of)) return (of.at(from) as GrelValue | undefined) ?? null;
  return textOf(of)?.at(from) ?? null;
}

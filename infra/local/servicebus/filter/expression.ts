import type { MessageView } from "./message-view.ts";
import { isNumber, type FilterValue } from "./values.ts";

/** A compiled part of a filter: gives its value for a message. */
export type Expression = (message: MessageView) => FilterValue;

/** The operators of arithmetic. */
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";

/** Arithmetic on numbers; `+` also joins strings. Anything else is unknown, as is dividing by zero. */
export function arithmetic(operator: ArithmeticOperator, left: Expression, right: Expression): Expression {
  return (message) => {
    const a = left(message);
    const b = right(message);
    if (operator === "+" && typeof a === "string" && typeof b === "string") return a + b;
    if (!isNumber(a) || !isNumber(b)) return undefined;
    const [x, y] = [Number(a), Number(b)];
    const result = calculate(operator, x, y);
    return Number.isFinite(result) ? result : undefined;
  };
}

function calculate(operator: ArithmeticOperator, x: number, y: number): number {
  switch (operator) {
    case "+":
      return x + y;
    case "-":
      return x - y;
    case "*":
      return x * y;
    case "/":
      return Number.isInteger(x) && Number.isInteger(y) ? Math.trunc(x / y) : x / y;
    case "%":
      return x % y;
  }
}

import type { Json } from "../json.ts";
import { isAggregate } from "./aggregates.ts";
import { queryFunction } from "./functions.ts";
import { and, likePattern, operators, or, unary } from "./operators.ts";
import { printed, resolve } from "./scope.ts";
import type { Evaluate, Scope } from "./scope.ts";
import type { Binary, Expression } from "./syntax.ts";
import { compare, equal, member, objectOf } from "./values.ts";

type Of<Kind extends Expression["kind"]> = Extract<Expression, { kind: Kind }>;

/** Turns an expression into a function of a row; throws `SyntaxFailure` on unknown names and functions. */
export function compile(expression: Expression, scope: Scope): Evaluate {
  const key = scope.grouping?.keys.get(printed(expression));
  if (key !== undefined) return (row) => row[key];
  switch (expression.kind) {
    case "literal": {
      const { value } = expression;
      return () => value;
    }
    case "parameter": {
      const value = scope.text.parameter(expression.name, expression.at);
      return () => value;
    }
    case "alias":
      return compileAlias(expression, scope);
    case "member":
      return compileMember(expression, scope);
    case "unary": {
      const operand = compile(expression.operand, scope);
      const { operator } = expression;
      return (row) => unary(operator, operand(row));
    }
    case "binary":
      return compileBinary(expression, scope);
    case "in":
      return compileIn(expression, scope);
    case "between": {
      const value = compile(expression.value, scope);
      const low = compile(expression.low, scope);
      const high = compile(expression.high, scope);
      const atLeast = (row: Parameters<Evaluate>[0]): boolean | undefined =>
        ordered(compare(value(row), low(row)), 1);
      return (row) => and(atLeast(row), () => ordered(compare(value(row), high(row)), -1));
    }
    case "like":
      return compileLike(expression, scope);
    case "conditional": {
      const test = compile(expression.test, scope);
      const yes = compile(expression.yes, scope);
      const no = compile(expression.no, scope);
      return (row) => (test(row) === true ? yes(row) : no(row));
    }
    case "call":
      return compileCall(expression, scope);
    case "object": {
      const members = expression.members.map(([name, value]) => [name, compile(value, scope)] as const);
      return (row) => objectOf(members.map(([name, value]) => [name, value(row)] as const));
    }
    case "array": {
      const items = expression.items.map((item) => compile(item, scope));
      return (row) => items.map((item) => item(row)).filter((value): value is Json => value !== undefined);
    }
    case "subquery":
      return scope.text.subquery(expression, scope);
  }
}

/** True for equal or for the given direction; undefined stays so. */
function ordered(order: number | undefined, direction: number): boolean | undefined {
  return order === undefined ? undefined : order === 0 || order === direction;
}

function compileAlias({ name, at }: Of<"alias">, scope: Scope): Evaluate {
  const slot = resolve(scope, name, at);
  if (scope.grouping) {
    throw scope.text.failure(at, `'${name}' must stand in an aggregate function or in the GROUP BY clause.`);
  }
  return (row) => row[slot];
}

function compileMember({ of, name }: Of<"member">, scope: Scope): Evaluate {
  const holder = compile(of, scope);
  if (name.kind === "literal") {
    const { value } = name;
    return (row) => member(holder(row), value);
  }
  const computed = compile(name, scope);
  return (row) => member(holder(row), computed(row));
}

function compileBinary({ operator, left, right, at }: Binary, scope: Scope): Evaluate {
  const first = compile(left, scope);
  const second = compile(right, scope);
  switch (operator) {
    case "AND":
      return (row) => and(first(row), () => second(row));
    case "OR":
      return (row) => or(first(row), () => second(row));
    case "??":
      return (row) => {
        const value = first(row);
        return value === undefined ? second(row) : value;
      };
    default: {
      const apply = operators[operator];
      if (apply === undefined) throw scope.text.failure(at, `The operator '${operator}' is not supported.`);
      return (row) => apply(first(row), second(row));
    }
  }
}

function compileIn({ value, list }: Of<"in">, scope: Scope): Evaluate {
  const wanted = compile(value, scope);
  const items = list.map((item) => compile(item, scope));
  return (row) => {
    const left = wanted(row);
    if (left === undefined) return undefined;
    let result: boolean | undefined = false;
    for (const item of items) {
      const right = item(row);
      if (right !== undefined && equal(left, right) === true) return true;
      if (right === undefined) result = undefined;
    }
    return result;
  };
}

function compileLike({ value, pattern, escape, at }: Of<"like">, scope: Scope): Evaluate {
  const text = compile(value, scope);
  const wanted = compile(pattern, scope);
  const mark = escape === undefined ? undefined : compile(escape, scope);
  let last: { pattern: string; expression: RegExp } | undefined;
  return (row) => {
    const left = text(row);
    const right = wanted(row);
    if (typeof left !== "string" || typeof right !== "string") return undefined;
    if (last?.pattern !== right) {
      const character = mark?.(row);
      if (mark && typeof character !== "string") throw scope.text.failure(at, "ESCAPE takes one character.");
      last = {
        pattern: right,
        expression: likePattern(right, typeof character === "string" ? character : undefined),
      };
    }
    return last.expression.test(left);
  };
}

function compileCall({ name, args, at }: Of<"call">, scope: Scope): Evaluate {
  if (isAggregate(name)) {
    const { grouping } = scope;
    if (grouping === undefined) throw scope.text.failure(at, `The aggregate ${name} is not allowed here.`);
    const [argument] = args;
    if (argument === undefined || args.length > 1)
      throw scope.text.failure(at, `${name} takes one argument.`);
    const slot = scope.text.slot();
    grouping.aggregates.push({ name, argument: compile(argument, grouping.rows), slot });
    return (row) => row[slot];
  }
  const found = queryFunction(name);
  if (found === undefined) throw scope.text.failure(at, `'${name}' is not a function that is supported.`);
  if (args.length < found.least || args.length > found.most) {
    const count = found.least === found.most ? String(found.least) : `${found.least} to ${found.most}`;
    throw scope.text.failure(at, `${name} takes ${count} argument(s), not ${args.length}.`);
  }
  const compiled = args.map((arg) => compile(arg, scope));
  return (row) => found.call(compiled.map((arg) => arg(row)));
}

import type { Expression, Select } from "./syntax.ts";
import type { TokenReader } from "./token-reader.ts";

/** Binary operators by how tightly they bind, loosest first; `NOT`, `IN`, `BETWEEN`, `LIKE` stand among the comparisons. */
const levels: readonly (readonly string[])[] = [
  ["??"],
  ["OR"],
  ["AND"],
  ["=", "!=", "<", "<=", ">", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>", ">>>"],
  ["||"],
  ["+", "-"],
  ["*", "/", "%"],
];
const comparison = 3;

/** How deep expressions may nest, so that a query cannot exhaust the stack. */
const maxDepth = 200;

/** Reads expressions; subqueries are read by the function given. */
export class ExpressionParser {
  readonly #reader: TokenReader;
  readonly #select: () => Select;
  #depth = 0;

  constructor(reader: TokenReader, select: () => Select) {
    this.#reader = reader;
    this.#select = select;
  }

  /** Reads one expression, the ternary operator included. */
  expression(): Expression {
    const reader = this.#reader;
    if (++this.#depth > maxDepth) throw reader.failure("The expression is nested too deeply.");
    const test = this.#binary(0);
    this.#depth--;
    if (!reader.is("?")) return test;
    const { at } = reader.next();
    const yes = this.expression();
    reader.expect(":");
    return { kind: "conditional", test, yes, no: this.expression(), at };
  }

  /** Reads what FROM takes: a name, a path, a subquery. */
  path(): Expression {
    return this.#members(this.#primary());
  }

  #binary(level: number): Expression {
    const reader = this.#reader;
    const operators = levels[level];
    if (operators === undefined) return this.#unary();
    if (level === comparison) return this.#comparison(operators);
    let left = this.#binary(level + 1);
    if (operators.includes("AND") || operators.includes("OR")) return this.#chain(level, left);
    for (;;) {
      const token = reader.peek();
      if (token.kind === "string" || !operators.includes(token.text) || !reader.is(token.text)) return left;
      reader.next();
      left = { kind: "binary", operator: token.text, left, right: this.#binary(level + 1), at: token.at };
    }
  }

  /** A chain of AND or OR becomes a balanced tree: a list of thousands of alternatives must not exhaust the stack. */
  #chain(level: number, first: Expression): Expression {
    const reader = this.#reader;
    const operator = levels[level]?.[0] ?? "";
    const sides = [first];
    const { at } = reader.peek();
    while (reader.accept(operator)) sides.push(this.#binary(level + 1));
    const join = (from: number, to: number): Expression => {
      const middle = (from + to) >> 1;
      return to - from === 1
        ? (sides[from] ?? first)
        : { kind: "binary", operator, left: join(from, middle), right: join(middle, to), at };
    };
    return join(0, sides.length);
  }

  #comparison(operators: readonly string[]): Expression {
    const reader = this.#reader;
    if (reader.is("NOT")) {
      const { at } = reader.next();
      return { kind: "unary", operator: "NOT", operand: this.#comparison(operators), at };
    }
    let left = this.#binary(comparison + 1);
    for (;;) {
      const { text, at } = reader.peek();
      const negated = reader.is("NOT") && ["IN", "LIKE", "BETWEEN"].some((word) => reader.is(word, 1));
      if (negated) reader.next();
      let test: Expression;
      if (reader.accept("IN")) {
        test = { kind: "in", value: left, list: this.#list(), at };
      } else if (reader.accept("BETWEEN")) {
        const low = this.#binary(comparison + 1);
        reader.expect("AND");
        test = { kind: "between", value: left, low, high: this.#binary(comparison + 1), at };
      } else if (reader.accept("LIKE")) {
        const pattern = this.#binary(comparison + 1);
        const escape = reader.accept("ESCAPE") ? this.#unary() : undefined;
        test = { kind: "like", value: left, pattern, escape, at };
      } else if (operators.includes(text) && reader.accept(text)) {
        test = { kind: "binary", operator: text, left, right: this.#binary(comparison + 1), at };
      } else {
        return left;
      }
      left = negated ? { kind: "unary", operator: "NOT", operand: test, at } : test;
    }
  }

  #list(): Expression[] {
    const reader = this.#reader;
    reader.expect("(");
    const list = [this.expression()];
    while (reader.accept(",")) list.push(this.expression());
    reader.expect(")");
    return list;
  }

  #unary(): Expression {
    const reader = this.#reader;
    for (const operator of ["-", "+", "~"]) {
      if (!reader.is(operator)) continue;
      const { at } = reader.next();
      if (++this.#depth > maxDepth) throw reader.failure("The expression is nested too deeply.");
      const operand = this.#unary();
      this.#depth--;
      if (operator === "-" && operand.kind === "literal" && typeof operand.value === "number") {
        return { kind: "literal", value: -operand.value, at };
      }
      return { kind: "unary", operator, operand, at };
    }
    return this.#members(this.#primary());
  }

  #members(start: Expression): Expression {
    const reader = this.#reader;
    let value = start;
    for (;;) {
      const { at } = reader.peek();
      if (reader.accept(".")) {
        const name = reader.name("The name of a property", true);
        value = { kind: "member", of: value, name: { kind: "literal", value: name, at: at + 1 }, at };
      } else if (reader.accept("[")) {
        value = { kind: "member", of: value, name: this.expression(), at };
        reader.expect("]");
      } else {
        return value;
      }
    }
  }

  #primary(): Expression {
    const reader = this.#reader;
    const { kind, text, value, at } = reader.peek();
    if (kind === "string" || kind === "number") {
      reader.next();
      return { kind: "literal", value, at };
    }
    if (kind === "parameter") {
      reader.next();
      return { kind: "parameter", name: text, at };
    }
    if (kind === "keyword") return this.#keyword(text, at);
    if (kind === "name") {
      if (reader.is("(", 1)) return this.#call(reader.name("A function"), at);
      return { kind: "alias", name: reader.name("A name"), at };
    }
    if (reader.accept("(")) {
      if (reader.is("SELECT")) {
        const query = this.#select();
        reader.expect(")");
        return { kind: "subquery", use: "scalar", query, at };
      }
      const inner = this.expression();
      reader.expect(")");
      return inner;
    }
    if (reader.accept("[")) return { kind: "array", items: this.#items("]"), at };
    if (reader.accept("{")) return this.#object(at);
    throw reader.failure(kind === "end" ? "The query ends too early." : "An expression is expected here.");
  }

  #keyword(text: string, at: number): Expression {
    const reader = this.#reader;
    const constants: Readonly<Record<string, boolean | null | undefined>> = {
      TRUE: true,
      FALSE: false,
      NULL: null,
      UNDEFINED: undefined,
    };
    if (text in constants) {
      reader.next();
      return { kind: "literal", value: constants[text], at };
    }
    if ((text === "EXISTS" || text === "ARRAY") && reader.is("(", 1)) {
      reader.next();
      reader.next();
      const query = this.#select();
      reader.expect(")");
      return { kind: "subquery", use: text === "EXISTS" ? "exists" : "array", query, at };
    }
    if (text === "NOT") {
      reader.next();
      return { kind: "unary", operator: "NOT", operand: this.#unary(), at };
    }
    if (text === "UDF") throw reader.failure("User-defined functions are not supported.");
    throw reader.failure(`'${text}' is not expected here.`);
  }

  #call(name: string, at: number): Expression {
    this.#reader.expect("(");
    return { kind: "call", name: name.toUpperCase(), args: this.#items(")"), at };
  }

  #items(close: string): Expression[] {
    const reader = this.#reader;
    const items: Expression[] = [];
    if (reader.accept(close)) return items;
    do items.push(this.expression());
    while (reader.accept(","));
    reader.expect(close);
    return items;
  }

  #object(at: number): Expression {
    const reader = this.#reader;
    const members: [string, Expression][] = [];
    if (!reader.accept("}")) {
      do {
        const token = reader.peek();
        const name =
          token.kind === "string" ? String(reader.next().value) : reader.name("The name of a property", true);
        reader.expect(":");
        members.push([name, this.expression()]);
      } while (reader.accept(","));
      reader.expect("}");
    }
    return { kind: "object", members, at };
  }
}

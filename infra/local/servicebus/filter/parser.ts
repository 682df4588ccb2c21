import { randomUUID } from "node:crypto";
import { arithmetic, type ArithmeticOperator, type Expression } from "./expression.ts";
import { likePattern } from "./like.ts";
import { SYSTEM_PROPERTIES } from "./message-view.ts";
import { FilterSyntaxError, tokenize, type Token } from "./tokens.ts";
import { and, compare, isNumber, not, or, type FilterValue } from "./values.ts";

const RESERVED = new Set([
  "AND",
  "OR",
  "NOT",
  "IN",
  "LIKE",
  "ESCAPE",
  "IS",
  "NULL",
  "EXISTS",
  "TRUE",
  "FALSE",
]);

const COMPARISONS = new Map<string, (order: number) => boolean>([
  ["=", (order) => order === 0],
  ["<>", (order) => order !== 0],
  ["!=", (order) => order !== 0],
  ["<", (order) => order < 0],
  ["<=", (order) => order <= 0],
  [">", (order) => order > 0],
  [">=", (order) => order >= 0],
]);

/** Compiles a filter expression. Throws FilterSyntaxError. */
export function parseFilter(text: string): Expression {
  const parser = new Parser(text);
  const expression = parser.disjunction();
  parser.end();
  return expression;
}

/**
 * Recursive descent, loosest binding first: OR, AND, NOT, comparison (also IN, LIKE, IS NULL), + -, * / %, sign,
 * primary. Nesting is bounded so that no expression exhausts the stack.
 */
class Parser {
  private readonly tokens: Token[];
  private position = 0;
  private depth = 0;

  constructor(text: string) {
    this.tokens = tokenize(text);
  }

  end(): void {
    if (this.token.kind !== "end") throw this.unexpected("an operator");
  }

  disjunction(): Expression {
    if (++this.depth > 100) throw new FilterSyntaxError("nested too deeply", this.token.at);
    let left = this.conjunction();
    while (this.word("OR")) left = both(or, left, this.conjunction());
    this.depth--;
    return left;
  }

  private get token(): Token {
    return this.tokens[this.position]!;
  }

  private conjunction(): Expression {
    let left = this.negation();
    while (this.word("AND")) left = both(and, left, this.negation());
    return left;
  }

  private negation(): Expression {
    let negated = false;
    while (this.word("NOT")) negated = !negated;
    const inner = this.comparison();
    return negated ? (message) => not(truth(inner(message))) : inner;
  }

  private comparison(): Expression {
    const left = this.sum();
    const test = this.token.kind === "symbol" ? COMPARISONS.get(this.token.text) : undefined;
    if (test !== undefined) {
      this.position++;
      const right = this.sum();
      return (message) => {
        const order = compare(left(message), right(message));
        return order === undefined ? undefined : test(order);
      };
    }
    if (this.word("IS")) {
      const negated = this.word("NOT");
      this.require("NULL");
      return (message) => (left(message) === undefined) !== negated;
    }
    const negated = this.word("NOT");
    if (this.word("IN")) return maybeNot(negated, this.membership(left));
    if (this.word("LIKE")) return maybeNot(negated, this.likeness(left));
    if (negated) throw this.unexpected("IN or LIKE");
    return left;
  }

  private membership(left: Expression): Expression {
    this.requireSymbol("(");
    const choices = [this.sum()];
    while (this.symbol(",")) choices.push(this.sum());
    this.requireSymbol(")");
    return (message) => {
      const value = left(message);
      let found: boolean | undefined = false;
      for (const choice of choices) {
        const order = compare(value, choice(message));
        found = or(found, order === undefined ? undefined : order === 0);
      }
      return found;
    };
  }

  private likeness(left: Expression): Expression {
    const pattern = this.sum();
    const escape = this.word("ESCAPE") ? this.sum() : undefined;
    const cache = new Map<string, RegExp>();
    return (message) => {
      const [value, text, mark] = [left(message), pattern(message), escape?.(message)];
      if (typeof value !== "string" || typeof text !== "string") return undefined;
      if (escape !== undefined && typeof mark !== "string") return undefined;
      const key = JSON.stringify([text, mark]);
      let expression = cache.get(key);
      if (expression === undefined) {
        expression = likePattern(text, typeof mark === "string" ? mark : undefined);
        if (expression === undefined) return undefined;
        if (cache.size > 100) cache.clear();
        cache.set(key, expression);
      }
      return expression.test(value);
    };
  }

  private sum(): Expression {
    let left = this.product();
    for (let operator = this.operator("+", "-"); operator !== undefined; operator = this.operator("+", "-"))
      left = arithmetic(operator, left, this.product());
    return left;
  }

  private product(): Expression {
    let left = this.signed();
    for (
      let operator = this.operator("*", "/", "%");
      operator !== undefined;
      operator = this.operator("*", "/", "%")
    )
      left = arithmetic(operator, left, this.signed());
    return left;
  }

  private signed(): Expression {
    let negative = false;
    for (let sign = this.operator("+", "-"); sign !== undefined; sign = this.operator("+", "-"))
      negative = negative !== (sign === "-");
    const inner = this.primary();
    if (!negative) return inner;
    return (message) => {
      const value = inner(message);
      return isNumber(value) ? -value : undefined;
    };
  }

  private primary(): Expression {
    const token = this.token;
    if (this.symbol("(")) {
      const inner = this.disjunction();
      this.requireSymbol(")");
      return inner;
    }
    this.position++;
    if (token.kind === "string") return constant(token.text);
    if (token.kind === "number") return constant(numberOf(token.text));
    if (token.kind === "identifier") return userProperty(token.text);
    if (token.kind === "word") return this.named(token);
    this.position--;
    throw this.unexpected("a value");
  }

  private named(token: Token): Expression {
    const upper = token.text.toUpperCase();
    if (upper === "TRUE" || upper === "FALSE") return constant(upper === "TRUE");
    if (upper === "NULL") return constant(undefined);
    if (upper === "EXISTS") return this.existence();
    if (RESERVED.has(upper)) {
      this.position--;
      throw this.unexpected("a value");
    }
    if (this.token.text === "(" && this.token.kind === "symbol") return this.call(upper, token);
    this.position--;
    return this.property().value;
  }

  private call(name: string, token: Token): Expression {
    this.requireSymbol("(");
    if (name === "NEWID") {
      this.requireSymbol(")");
      return () => randomUUID();
    }
    if (name !== "P" && name !== "PROPERTY")
      throw new FilterSyntaxError(`unknown function ${JSON.stringify(token.text)}`, token.at);
    const key = this.sum();
    this.requireSymbol(")");
    return (message) => {
      const property = key(message);
      return typeof property === "string" ? message.userProperty(property) : undefined;
    };
  }

  private existence(): Expression {
    this.requireSymbol("(");
    const { exists } = this.property();
    this.requireSymbol(")");
    return exists;
  }

  private property(): { value: Expression; exists: Expression } {
    const scope = this.name();
    if (!this.symbol("."))
      return { value: userProperty(scope.text), exists: (m) => m.hasUserProperty(scope.text) };
    const name = this.name();
    if (scope.text.toUpperCase() === "USER")
      return { value: userProperty(name.text), exists: (m) => m.hasUserProperty(name.text) };
    if (scope.text.toUpperCase() !== "SYS")
      throw new FilterSyntaxError(`unknown scope ${JSON.stringify(scope.text)}; sys or user`, scope.at);
    const place = SYSTEM_PROPERTIES.get(name.text.toLowerCase());
    if (place === undefined)
      throw new FilterSyntaxError(`unknown system property ${JSON.stringify(name.text)}`, name.at);
    return { value: (m) => m.systemProperty(place), exists: (m) => m.systemProperty(place) !== undefined };
  }

  private name(): Token {
    const token = this.token;
    if (token.kind !== "identifier" && (token.kind !== "word" || RESERVED.has(token.text.toUpperCase())))
      throw this.unexpected("a property");
    this.position++;
    return token;
  }

  private word(text: string): boolean {
    if (this.token.kind !== "word" || this.token.text.toUpperCase() !== text) return false;
    this.position++;
    return true;
  }

  private symbol(text: string): boolean {
    if (this.token.kind !== "symbol" || this.token.text !== text) return false;
    this.position++;
    return true;
  }

  private operator(...texts: ArithmeticOperator[]): ArithmeticOperator | undefined {
    return texts.find((text) => this.symbol(text));
  }

  private require(text: string): void {
    if (!this.word(text)) throw this.unexpected(text);
  }

  private requireSymbol(text: string): void {
    if (!this.symbol(text)) throw this.unexpected(text);
  }

  private unexpected(wanted: string): FilterSyntaxError {
    const { kind, text, at } = this.token;
    return new FilterSyntaxError(
      `expected ${wanted}, found ${kind === "end" ? text : JSON.stringify(text)}`,
      at,
    );
  }
}

function constant(value: FilterValue): Expression {
  return () => value;
}

function userProperty(name: string): Expression {
  return (message) => message.userProperty(name);
}

function numberOf(text: string): number | bigint {
  const number = Number(text);
  return /^\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

function truth(value: FilterValue): boolean | undefined {
  return typeof value === "boolean" ? value : undefined;
}

function both(
  join: (a: boolean | undefined, b: boolean | undefined) => boolean | undefined,
  left: Expression,
  right: Expression,
): Expression {
  return (message) => join(truth(left(message)), truth(right(message)));
}

function maybeNot(negated: boolean, inner: Expression): Expression {
  return negated ? (message) => not(truth(inner(message))) : inner;
}

import type { Expression } from "./expression.ts";
import { FUNCTIONS } from "./functions.ts";
import { GrelSyntaxError } from "./grel-syntax-error.ts";
import { simplePattern } from "./pattern.ts";
import { type Token, tokensOf } from "./tokens.ts";

/** Longest expression, in characters, and deepest nesting: beyond, nobody wrote it by hand. */
const LONGEST = 10_000;
const DEEPEST = 100;

/**
 * Reads an expression as operations have it: GREL, with or without `grel:` before it. Throws a GrelSyntaxError for another language and
 * for what is not understood.
 */
export function parseGrel(text: string): Expression {
  const [, language = "grel", source = ""] = /^(?:(grel|jython|clojure|python):)?([^]*)$/i.exec(text) ?? [];
  if (language.toLowerCase() !== "grel")
    throw new GrelSyntaxError(`${language} is not supported, only GREL`, 1);
  if (source.length > LONGEST)
    throw new GrelSyntaxError(`an expression of over ${LONGEST} characters`, LONGEST);
  return new Parser(tokensOf(source)).all();
}

/** Recursive descent: comparison, then sum, then what is behind points and in brackets. */
class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  all(): Expression {
    const expression = this.#comparison();
    if (this.#next.kind !== "end") throw this.#unexpected();
    return expression;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? this.#tokens.at(-1)!;
  }

  #taken(): Token {
    const token = this.#next;
    this.#at += 1;
    return token;
  }

  #takes(sign: string): boolean {
    const isNext = this.#next.kind === "sign" && this.#next.text === sign;
    if (isNext) this.#at += 1;
    return isNext;
  }

  #expect(sign: string): void {
    if (!this.#takes(sign)) throw this.#unexpected(`"${sign}"`);
  }

  #unexpected(expected?: string): GrelSyntaxError {
    const { kind, text, at } = this.#next;
    const found = kind === "end" ? "the end" : JSON.stringify(text);
    const what = expected === undefined ? `${found} is not supported` : `${found} where ${expected} must be`;
    return new GrelSyntaxError(what, at);
  }

  #comparison(): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new GrelSyntaxError(`over ${DEEPEST} levels`, this.#next.at);
    let left = this.#sum();
    for (;;) {
      const kind = this.#takes("==") ? "==" : this.#takes("!=") ? "!=" : undefined;
      if (kind === undefined) break;
      left = { kind, left, right: this.#sum() };
    }
    this.#depth -= 1;
    return left;
  }

  #sum(): Expression {
    let left = this.#operand();
    while (this.#takes("+")) left = { kind: "+", left, right: this.#operand() };
    return left;
  }

  #operand(): Expression {
    let operand = this.#simple();
    for (;;) {
      if (this.#takes(".")) {
        const name = this.#taken();
        if (name.kind !== "name")
          throw new GrelSyntaxError(`${JSON.stringify(name.text)} behind a point`, name.at);
        this.#expect("(");
        operand = this.#called(name, [operand, ...this.#arguments()]);
      } else if (this.#takes("[")) {
        const from = this.#comparison();
        const to = this.#takes(",") ? this.#comparison() : undefined;
        this.#expect("]");
        operand = { kind: "part", of: operand, from, ...(to ? { to } : {}) };
      } else return operand;
    }
  }

  #simple(): Expression {
    if (this.#takes("(")) {
      const inside = this.#comparison();
      this.#expect(")");
      return inside;
    }
    const isNegative = this.#takes("-");
    const token = this.#next;
    if (token.kind === "number") {
      this.#at += 1;
      return { kind: "literal", value: isNegative ? -Number(token.text) : Number(token.text) };
    }
    if (isNegative || token.kind === "sign" || token.kind === "end")
      throw this.#unexpected(isNegative ? "a number" : "a value");
    this.#at += 1;
    if (token.kind === "text") return { kind: "literal", value: token.text };
    if (token.kind === "pattern") return { kind: "literal", value: patternOf(token) };
    return this.#named(token);
  }

  #named(token: Token): Expression {
    if (this.#takes("(")) return this.#called(token, this.#arguments());
    if (token.text === "value") return { kind: "value" };
    if (token.text === "cells") return { kind: "cell", column: this.#column() };
    const literal = LITERALS.get(token.text);
    if (literal !== undefined) return { kind: "literal", value: literal };
    throw new GrelSyntaxError(`the variable ${token.text} is not supported`, token.at);
  }

  /** What is behind `cells`: `["Name"].value`, `.Name.value`. */
  #column(): string {
    const bracket = this.#takes("[");
    if (!bracket) this.#expect(".");
    const column = this.#taken();
    if (column.kind !== (bracket ? "text" : "name"))
      throw new GrelSyntaxError("the name of a column must be behind cells", column.at);
    if (bracket) this.#expect("]");
    this.#expect(".");
    if (this.#taken().text !== "value")
      throw new GrelSyntaxError("of cells there is .value alone", column.at);
    return column.text;
  }

  #arguments(): Expression[] {
    const of: Expression[] = [];
    if (this.#takes(")")) return of;
    do of.push(this.#comparison());
    while (this.#takes(","));
    this.#expect(")");
    return of;
  }

  #called({ text, at }: Token, of: readonly Expression[]): Expression {
    const refuse = (what: string): never => {
      throw new GrelSyntaxError(what, at);
    };
    if (text === "if") {
      const [test, yes, no] = of;
      if (!test || !yes || !no || of.length > 3) return refuse("if takes three arguments");
      return { kind: "if", test, yes, no };
    }
    const call = FUNCTIONS.get(text);
    if (!call) return refuse(`the function ${text} is not supported`);
    if (of.length < call.least || of.length > call.most)
      return refuse(
        `${text} takes ${call.least}${call.most > call.least ? ` to ${call.most}` : ""} arguments, with what is before the point`,
      );
    return { kind: "call", call, of };
  }
}

const LITERALS = new Map<string, string | boolean | null>([
  ["null", null],
  ["true", true],
  ["false", false],
]);

function patternOf({ text, eitherCase = false, at }: Token): RegExp {
  const pattern = simplePattern(text, eitherCase);
  if (pattern) return pattern;
  throw new GrelSyntaxError(
    `the pattern /${text}/ is not supported, only one class of characters: /\\s+/, /[^0-9]/`,
    at,
  );
}

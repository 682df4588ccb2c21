import { SqlFaultError } from "../../errors/sql-fault-error.ts";
import type { Token } from "./token.ts";

/** How deep brackets, and what else holds something of its kind, may stand in each other. */
export const MAX_DEPTH = 64;

/** A table or view that a statement names. */
export interface Named {
  readonly name: string;
  readonly line: number;
}

/**
 * Goes through the pieces of one statement, from left to right. A word counts in any case. What a method `expect`s and
 * does not find, it throws as a SqlFaultError with one fault.
 */
export class StatementReader {
  /** Tables and views that the statement makes; known even where it goes wrong further on. */
  readonly made: Named[] = [];
  /** Tables and views that must be of the file. */
  readonly needed: Named[] = [];
  /** Tables and views that its SELECT reads, each time that it does. */
  readonly read: string[] = [];
  readonly #tokens: readonly Token[];
  readonly #end: Token;
  #closing: Int32Array | undefined;
  #at = 0;
  #depth = 0;

  /** Of at least one piece. */
  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
    const { line, end } = tokens.at(-1) ?? { line: 1, end: 0 };
    this.#end = { kind: "end", text: "", line, start: end, end };
  }

  /** The piece that comes next, or one that many behind it. */
  ahead(count = 0): Token {
    return this.#tokens[this.#at + count] ?? this.#end;
  }

  /** How many pieces ahead the bracket ends that begins so many ahead; beyond the last where it does not. */
  endAhead(count: number): number {
    this.#closing ??= closingOf(this.#tokens);
    return (this.#closing[this.#at + count] ?? this.#tokens.length) - this.#at;
  }

  /** Steps over the next piece. */
  take(): Token {
    const token = this.ahead();
    this.#at++;
    return token;
  }

  isWord(...words: readonly string[]): boolean {
    return isWord(this.ahead(), words);
  }

  /** Whether these words come next, in this order. */
  areWords(...words: readonly string[]): boolean {
    return words.every((word, i) => isWord(this.ahead(i), [word]));
  }

  isSign(...signs: readonly string[]): boolean {
    const { kind, text } = this.ahead();
    return kind === "sign" && signs.includes(text);
  }

  /** Steps over one of these words where it comes next. */
  takeWord(...words: readonly string[]): boolean {
    return this.isWord(...words) && this.take().kind === "word";
  }

  /** Steps over these words where they all come next. */
  takeWords(...words: readonly string[]): boolean {
    if (!this.areWords(...words)) return false;
    this.#at += words.length;
    return true;
  }

  takeSign(...signs: readonly string[]): boolean {
    return this.isSign(...signs) && this.take().kind === "sign";
  }

  expectWord(...words: readonly string[]): void {
    if (!this.takeWord(...words)) this.unexpected(`${words.join(" or ")} is wanted`);
  }

  expectSign(sign: string): void {
    if (!this.takeSign(sign)) this.unexpected(`${sign} is wanted`);
  }

  expectString(what: string): string {
    if (this.ahead().kind !== "string") this.unexpected(`${what} is a text in quotes`);
    return this.take().text;
  }

  /** A number without sign, fraction and exponent. */
  expectCount(what: string): void {
    const { kind, text } = this.ahead();
    if (kind !== "number" || !/^\d{1,20}$/.test(text)) this.unexpected(`${what} is a whole number`);
    this.take();
  }

  /** What stands between brackets. */
  bracketed(inside: () => void): void {
    this.expectSign("(");
    this.deeper(inside);
    this.expectSign(")");
  }

  /** One or more, with commas between. */
  listed(one: () => void): void {
    do one();
    while (this.takeSign(","));
  }

  /** What may hold another of its kind, up to {@link MAX_DEPTH} of them. */
  deeper(inside: () => void): void {
    if (++this.#depth > MAX_DEPTH) this.fail(`is nested more than ${MAX_DEPTH} deep: make it simpler`);
    inside();
    this.#depth--;
  }

  /** Checks that the statement ends here; `wanted` says what else may stand here. */
  expectEnd(wanted: string): void {
    if (this.ahead().kind !== "end") this.unexpected(wanted);
  }

  /** Throws that the next piece may not stand here, and what may. */
  unexpected(wanted: string): never {
    const { kind, text } = this.ahead();
    if (kind === "refused") this.fail(text);
    if (kind === "end") this.fail(`the statement ends too early: ${wanted}`);
    this.fail(`${shown(text)} may not stand here: ${wanted}`);
  }

  /** Throws a fault at the next piece. */
  fail(reason: string): never {
    throw new SqlFaultError([{ line: this.ahead().line, reason }]);
  }
}

/** A piece in a reason: short, on one line. */
export function shown(text: string): string {
  const line = text.replaceAll(/\p{C}+/gu, " ");
  return `"${line.length > 40 ? `${line.slice(0, 40)}…` : line}"`;
}

/** For each bracket that begins, the place where it ends; beyond the last where it does not. */
function closingOf(tokens: readonly Token[]): Int32Array {
  const closing = new Int32Array(tokens.length).fill(tokens.length);
  const open: number[] = [];
  for (const [i, { kind, text }] of tokens.entries()) {
    if (kind !== "sign") continue;
    if (text === "(") open.push(i);
    else if (text === ")") {
      const begin = open.pop();
      if (begin !== undefined) closing[begin] = i;
    }
  }
  return closing;
}

function isWord({ kind, text }: Token, words: readonly string[]): boolean {
  return kind === "word" && words.includes(text.toUpperCase());
}

import { tokens } from "./lexer.ts";
import type { Token } from "./lexer.ts";
import { SyntaxFailure } from "./syntax-failure.ts";

/** Walks over a query's words; every refusal names the word it stopped at. */
export class TokenReader {
  readonly query: string;
  readonly #tokens: readonly Token[];
  #position = 0;

  /** @throws SyntaxFailure when the text has a character that belongs to no word */
  constructor(query: string) {
    this.query = query;
    this.#tokens = tokens(query);
  }

  /** The word after the next `ahead` words; the end repeats itself. */
  peek(ahead = 0): Token {
    const at = Math.min(this.#position + ahead, this.#tokens.length - 1);
    return this.#tokens[at] as Token;
  }

  next(): Token {
    const token = this.peek();
    this.#position++;
    return token;
  }

  is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    return token.text === text && (token.kind === "keyword" || token.kind === "symbol");
  }

  /** Takes the next word when it is this keyword or symbol. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.#position++;
    return true;
  }

  expect(text: string): Token {
    if (!this.is(text)) throw this.failure(`'${text}' is expected here.`);
    return this.next();
  }

  /** Takes a name; a keyword counts as one where nothing else can stand, as after a dot. */
  name(what: string, orKeyword = false): string {
    const token = this.peek();
    if (token.kind !== "name" && !(orKeyword && token.kind === "keyword"))
      throw this.failure(`${what} is expected here.`);
    this.#position++;
    return String(token.value);
  }

  failure(reason: string, at = this.peek().at): SyntaxFailure {
    return new SyntaxFailure(this.query, at, reason);
  }
}

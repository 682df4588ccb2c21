/** What is wrong with a filter expression, and where. */
export class FilterSyntaxError extends Error {
  constructor(message: string, at: number) {
    super(`${message} at position ${at}`);
    this.name = "FilterSyntaxError";
  }
}

/** One piece of a filter expression. Keywords and operators are in upper case. */
export interface Token {
  readonly kind: "word" | "identifier" | "string" | "number" | "symbol" | "end";
  readonly text: string;
  readonly at: number;
}

const PATTERN =
  /\s+|(?<string>'(?:[^']|'')*')|(?<quoted>"(?:[^"]|"")*"|\[(?:[^\]]|\]\])*\])|(?<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_@#][\p{L}\p{N}_@#$]*)|(?<symbol><>|!=|<=|>=|[=<>()+\-*/%,.;])/uy;

/** Cuts a filter expression into tokens; the last one is `end`. Throws FilterSyntaxError. */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    PATTERN.lastIndex = at;
    const match = PATTERN.exec(text);
    if (match === null) throw new FilterSyntaxError(`unexpected ${JSON.stringify(text[at])}`, at);
    const token = tokenOf(match.groups ?? {}, at);
    if (token !== undefined) tokens.push(token);
    at = PATTERN.lastIndex;
  }
  tokens.push({ kind: "end", text: "the end", at });
  return tokens;
}

function tokenOf(groups: Record<string, string | undefined>, at: number): Token | undefined {
  const { string, quoted, number, word, symbol } = groups;
  if (string !== undefined) return { kind: "string", text: string.slice(1, -1).replaceAll("''", "'"), at };
  if (quoted !== undefined) {
    const close = quoted.at(-1)!;
    return { kind: "identifier", text: quoted.slice(1, -1).replaceAll(close + close, close), at };
  }
  if (number !== undefined) return { kind: "number", text: number, at };
  if (word !== undefined) return { kind: "word", text: word, at };
  if (symbol !== undefined) return { kind: "symbol", text: symbol, at };
  return undefined;
}

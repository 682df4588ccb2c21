import { SyntaxFailure } from "./syntax-failure.ts";

/** One word of a query; `text` of a keyword is in capitals, `value` is what a literal stands for. */
export interface Token {
  readonly kind: "keyword" | "name" | "parameter" | "string" | "number" | "symbol" | "end";
  readonly text: string;
  readonly value: string | number;
  readonly at: number;
}

/** Reserved words: https://learn.microsoft.com/azure/cosmos-db/nosql/query/keywords */
const keywords = new Set(
  (
    "SELECT TOP DISTINCT VALUE AS FROM JOIN IN WHERE GROUP BY ORDER ASC DESC OFFSET LIMIT AND OR NOT BETWEEN " +
    "LIKE ESCAPE EXISTS ARRAY TRUE FALSE NULL UNDEFINED UDF"
  ).split(" "),
);

const symbols = ["!=", "<>", "<=", ">=", ">>>", "<<", ">>", "||", "??"];
const single = "()[]{},.:?=<>+-*/%&|^~";

const escapes: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

function isNameStart(char: string): boolean {
  return /[\p{L}_$]/u.test(char);
}

/** Splits a query into words; throws `SyntaxFailure` at the first character that belongs to none. */
export function tokens(query: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const add = (kind: Token["kind"], start: number, text: string, value: string | number = text): void => {
    found.push({ kind, text, value, at: start });
  };
  while (at < query.length) {
    const char = query[at] ?? "";
    const start = at;
    if (/\s/.test(char)) {
      at++;
    } else if (query.startsWith("--", at)) {
      const end = query.indexOf("\n", at);
      at = end < 0 ? query.length : end;
    } else if (query.startsWith("/*", at)) {
      const end = query.indexOf("*/", at + 2);
      if (end < 0) throw new SyntaxFailure(query, at, "This comment has no end.");
      at = end + 2;
    } else if (char === '"' || char === "'") {
      const text = readString(query, at);
      at = text.end;
      add("string", start, query.slice(start, at), text.value);
    } else if (/\d/.test(char) || (char === "." && /\d/.test(query[at + 1] ?? ""))) {
      const text = /^(0x[\da-f]+|\d*\.?\d+(e[+-]?\d+)?|\d+\.)/i.exec(query.slice(at))?.[0] ?? char;
      at += text.length;
      if (isNameStart(query[at] ?? " "))
        throw new SyntaxFailure(query, start, "This number runs into a name.");
      add("number", start, text, Number(text));
    } else if (char === "@" || isNameStart(char)) {
      const text = /^@?[\p{L}\p{N}_$]*/u.exec(query.slice(at))?.[0] ?? char;
      at += text.length;
      const upper = text.toUpperCase();
      if (char === "@") add("parameter", start, text);
      else if (keywords.has(upper)) add("keyword", start, upper, text);
      else add("name", start, text);
    } else {
      const symbol =
        symbols.find((text) => query.startsWith(text, at)) ?? (single.includes(char) ? char : undefined);
      if (symbol === undefined)
        throw new SyntaxFailure(query, at, `The character '${char}' is not expected.`);
      at += symbol.length;
      add("symbol", start, symbol === "<>" ? "!=" : symbol);
    }
  }
  add("end", query.length, "");
  return found;
}

function readString(query: string, start: number): { value: string; end: number } {
  const quote = query[start];
  let value = "";
  let at = start + 1;
  for (;;) {
    const char = query[at];
    if (char === undefined) throw new SyntaxFailure(query, start, "This text has no closing quote.");
    if (char === quote) return { value, end: at + 1 };
    if (char !== "\\") {
      value += char;
      at++;
      continue;
    }
    const escaped = query[at + 1] ?? "";
    if (escaped === "u") {
      const hex = query.slice(at + 2, at + 6);
      if (!/^[\da-f]{4}$/i.test(hex))
        throw new SyntaxFailure(query, at, "\\u is followed by four hexadecimal digits.");
      value += String.fromCharCode(Number.parseInt(hex, 16));
      at += 6;
    } else {
      value += escapes[escaped] ?? escaped;
      at += 2;
    }
  }
}

import { GrelSyntaxError } from "./grel-syntax-error.ts";

/** A word of an expression, and where it begins, from 1. */
export interface Token {
  readonly kind: "name" | "text" | "number" | "pattern" | "sign" | "end";
  /** Of a text its value, of a pattern what is between its slashes. */
  readonly text: string;
  /** Of a pattern: whether it is for either case. */
  readonly eitherCase?: boolean;
  readonly at: number;
}

const SPACE = /\s+/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const NUMBER = /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const TEXT = /"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'/y;
const PATTERN = /\/((?:[^/\\]|\\[^])+)\/(i?)/y;
const SIGN = /==|!=|<=|>=|&&|\|\||[^]/y;

/** The words of an expression, `end` behind the last. Throws a GrelSyntaxError for a text that is not closed. */
export function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(expression);
    if (found) at += found[0].length;
    return found;
  };
  while (at < expression.length) {
    if (next(SPACE)) continue;
    const place = at + 1;
    const add = (kind: Token["kind"], text: string): unknown => tokens.push({ kind, text, at: place });
    let found = next(TEXT);
    if (found) {
      add("text", unescaped(found[0].slice(1, -1)));
    } else if ((found = next(NAME))) add("name", found[0]);
    else if ((found = next(NUMBER))) add("number", found[0]);
    else if (beginsOperand(tokens.at(-1)) && (found = next(PATTERN)))
      tokens.push({ kind: "pattern", text: found[1] ?? "", eitherCase: found[2] === "i", at: place });
    else {
      const [sign = ""] = next(SIGN) ?? [];
      if (sign === '"' || sign === "'") throw new GrelSyntaxError("a text that is not closed", place);
      add("sign", sign);
    }
  }
  tokens.push({ kind: "end", text: "", at: expression.length + 1 });
  return tokens;
}

/** Whether a value comes behind a token: there, a slash begins a pattern. */
function beginsOperand(before: Token | undefined): boolean {
  if (!before) return true;
  return before.kind === "sign" && before.text !== ")" && before.text !== "]";
}

const ESCAPES = new Map([
  ["n", "\n"],
  ["t", "\t"],
  ["r", "\r"],
  ["b", "\b"],
  ["f", "\f"],
]);

function unescaped(text: string): string {
  return text.replaceAll(
    /\\(?:u([\da-fA-F]{4})|([^]))/g,
    (_all, code: string | undefined, character: string) =>
      code === undefined
        ? (ESCAPES.get(character) ?? character)
        : String.fromCharCode(Number.parseInt(code, 16)),
  );
}

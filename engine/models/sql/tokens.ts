import { codeOf, controlIn, nameFault } from "./characters.ts";
import { commentAt } from "./comment.ts";
import type { Token } from "./token.ts";

type Piece = Pick<Token, "kind" | "text" | "end">;

const SIGN = /<=>|<=|>=|<>|!=|<<|>>|&&|[(),;=<>+\-*/%&|^~!.]/y;
const WORD = /[A-Za-z_][\w$]*/y;
const NUMBER = /0x[\da-fA-F]+|0b[01]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y;
/** What would be one piece with a number before it: the server takes `1a` for a name. */
const GLUED = /[\w$\u0080-\uffff]/;

/** Signs that have no place in a model, the longer ones first. */
const REFUSED: readonly (readonly [RegExp, string])[] = [
  [/:=|@/y, "variables (@x, @@x, :=) are not for a model: write the value"],
  [/->>?/y, "-> and ->> are MySQL's alone: write JSON_EXTRACT or JSON_UNQUOTE(JSON_EXTRACT(…))"],
  [/\|\|/y, "|| joins texts on some servers and means OR on others: write CONCAT or OR"],
  [/\*\//y, "a comment ends here that did not begin"],
  [/\?/y, "a ? stands for a value that nobody gives: write the value"],
  [/[{}]/y, "braces are ODBC's: write DATE '…', TIME '…' or TIMESTAMP '…'"],
];

/**
 * A file cut into pieces as MySQL and MariaDB do it, for a connection in utf8mb4 whose sql_mode has neither ANSI_QUOTES
 * nor NO_BACKSLASH_ESCAPES; comments and a byte order mark at the beginning are left out. What no file may have comes as
 * a piece of kind `refused`. In linear time; throws nothing.
 */
export function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = text.startsWith("\uFEFF") ? 1 : 0;
  while (at < text.length) {
    const start = at;
    const piece = pieceAt(text, start);
    if (piece) tokens.push({ kind: piece.kind, text: piece.text, line, start, end: piece.end });
    at = piece ? piece.end : (commentAt(text, start)?.end ?? start + 1);
    for (let i = start; i < at; i++) if (text[i] === "\n") line++;
  }
  return tokens;
}

/** The piece that begins at a place; undefined for a space and a comment. */
function pieceAt(text: string, start: number): Piece | undefined {
  const first = text[start] ?? "";
  if (" \t\r\n".includes(first)) return undefined;
  const comment = "#-/".includes(first) ? commentAt(text, start) : undefined;
  if (comment) return comment.refused === undefined ? undefined : refused(comment.refused, comment.end);
  if (first === "'" || first === '"') return stringAt(text, start);
  if (first === "`") return nameAt(text, start);
  return refusedAt(text, start) ?? numberAt(text, start) ?? wordAt(text, start) ?? signAt(text, start);
}

function refusedAt(text: string, start: number): Piece | undefined {
  if (!":@-|*?{}".includes(text[start] ?? "")) return undefined;
  for (const [sign, reason] of REFUSED) {
    const found = match(sign, text, start);
    if (found !== undefined) return refused(reason, start + found.length);
  }
  return undefined;
}

function stringAt(text: string, start: number): Piece {
  const quote = text[start];
  for (let i = start + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === quote) {
      if (text[i + 1] !== quote) return { kind: "string", text: text.slice(start + 1, i), end: i + 1 };
      i++;
    }
  }
  return refused(`a text begins here and does not end: put ${quote} behind it`, text.length);
}

function nameAt(text: string, start: number): Piece {
  const close = text.indexOf("`", start + 1);
  if (close === -1) return refused("a name begins here and does not end: put ` behind it", text.length);
  const name = text.slice(start + 1, close);
  const fault = text[close + 1] === "`" ? "a name has no ` in it: choose another" : nameFault(name);
  return fault === undefined ? { kind: "name", text: name, end: close + 1 } : refused(fault, close + 1);
}

function numberAt(text: string, start: number): Piece | undefined {
  const number = match(NUMBER, text, start);
  if (number === undefined) return undefined;
  const end = start + number.length;
  if (!GLUED.test(text[end] ?? "")) return { kind: "number", text: number, end };
  return refused("a name that begins with a digit goes in backticks", end);
}

function wordAt(text: string, start: number): Piece | undefined {
  const word = match(WORD, text, start);
  if (word === undefined) return undefined;
  const end = start + word.length;
  if (text[end] === "'" && /^[xbn]$/i.test(word)) return prefixedAt(text, { word, end });
  if (word.length > 64) return refused("a name has at most 64 characters", end);
  return { kind: "word", text: word, end };
}

/** Bytes, bits and national texts: a letter and a text with nothing between. */
function prefixedAt(text: string, { word, end }: { readonly word: string; readonly end: number }): Piece {
  const string = stringAt(text, end);
  const letter = word.toUpperCase();
  const fits = letter === "X" ? /^(?:[\da-f]{2})*$/i : letter === "B" ? /^[01]*$/ : /^/;
  if (string.kind === "refused" || fits.test(string.text)) return string;
  const reason = letter === "X" ? "x'…' has pairs of the digits 0 to f" : "b'…' has the digits 0 and 1";
  return refused(reason, string.end);
}

function signAt(text: string, start: number): Piece {
  const sign = match(SIGN, text, start);
  if (sign !== undefined) return { kind: "sign", text: sign, end: start + sign.length };
  const character = String.fromCodePoint(text.codePointAt(start) ?? 0);
  const [code, end] = [codeOf(character), start + character.length];
  if (controlIn(character) !== undefined) {
    return refused(`the control character ${code} may stand between quotes alone`, end);
  }
  if (character < "\u0080") return refused(`${character} may stand between quotes alone`, end);
  return refused(
    `${code} is no letter or space of SQL, whatever it looks like: names with it go in backticks`,
    end,
  );
}

function match(pattern: RegExp, text: string, start: number): string | undefined {
  pattern.lastIndex = start;
  return pattern.exec(text)?.[0];
}

function refused(text: string, end: number): Piece {
  return { kind: "refused", text, end };
}

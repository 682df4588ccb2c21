import { describe, expect, it } from "vitest";
import { tokensOf } from "../../../../engine/models/sql/tokens.ts";

/** Kinds and texts of the pieces, `kind:text`. */
function pieces(text: string): readonly string[] {
  return tokensOf(text).map(({ kind, text }) => `${kind}:${text}`);
}

describe("a file's pieces", () => {
  it.each<[string, string, readonly string[]]>([
    ["words and names", "a_1$ `b c` _x", ["word:a_1$", "name:b c", "word:_x"]],
    ["names of any letters", "`größe` `名前`", ["name:größe", "name:名前"]],
    ["texts with both quotes", `'a''b' "c""d" 'e"f'`, ["string:a''b", `string:c""d`, `string:e"f`]],
    [
      "texts with backslashes",
      String.raw`'a\'b' 'c\\' "\""`,
      [String.raw`string:a\'b`, String.raw`string:c\\`, String.raw`string:\"`],
    ],
    ["texts with all that has a meaning outside", "'-- /* ; # `\n\0'", ["string:-- /* ; # `\n\0"]],
    [
      "texts with a letter before",
      "x'0aFF' B'01' n'a' N 'b'",
      ["string:0aFF", "string:01", "string:a", "word:N", "string:b"],
    ],
    [
      "numbers",
      "1 2.5 .5 1. 1e3 1.5E-3 0xAf 0b01",
      ["1", "2.5", ".5", "1.", "1e3", "1.5E-3", "0xAf", "0b01"].map((n) => `number:${n}`),
    ],
    [
      "signs",
      "a<=>b<>c!=d<<e&&f.g",
      [
        "word:a",
        "sign:<=>",
        "word:b",
        "sign:<>",
        "word:c",
        "sign:!=",
        "word:d",
        "sign:<<",
        "word:e",
        "sign:&&",
        "word:f",
        "sign:.",
        "word:g",
      ],
    ],
    [
      "two dashes without a space, which are no comment",
      "1--2",
      ["number:1", "sign:-", "sign:-", "number:2"],
    ],
  ])("are %s", (_, text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it.each([
    ["a -- b ' c\nd", ["word:a", "word:d"]],
    ["a --\tb", ["word:a"]],
    ["a --", ["word:a"]],
    ["a # b ` c\rd\ne", ["word:a", "word:e"]],
    ["a/* b ' ; -- */c", ["word:a", "word:c"]],
    ["a/**/b/*/ */c", ["word:a", "word:b", "word:c"]],
  ])("are not comments: %j", (text, expected) => {
    expect(pieces(text)).toEqual(expected);
  });

  it.each([
    "1a",
    "0Xa",
    "0x",
    "0b2",
    "1é",
    "x'a'",
    "b'2'",
    "``",
    "` a`",
    "`a `",
    "`a.b`",
    "`a`` b`",
    "`a",
    "'a",
    '"a',
    "'a\\",
    "/* a",
    "*/",
    "/*! a */",
    "/*!",
    "/*m!1 */",
    "/*+ a */",
    "/* /* */",
    "/* \0 */",
    "# \x7f",
    "@",
    ":=",
    "||",
    "->",
    "?",
    "{",
    "\\",
    "$a",
    "é",
    "\u2028",
    "\0",
    "\v",
    "\uFEFF\uFEFF",
    "😀",
    "\ud800",
    "`😀`",
    "`\u{1D4B3}`",
    "a".repeat(65),
    `\`${"a".repeat(65)}\``,
  ])("are refused: %j", (text) => {
    expect(tokensOf(text).some(({ kind }) => kind === "refused")).toBe(true);
  });

  it("know where they stand", () => {
    const text = "a\r\n'b\n''' c -- \n/* \n */ d";
    expect(tokensOf(text).map(({ line, start, end }) => [line, text.slice(start, end)])).toEqual([
      [1, "a"],
      [2, "'b\n'''"],
      [3, "c"],
      [5, "d"],
    ]);
  });
});

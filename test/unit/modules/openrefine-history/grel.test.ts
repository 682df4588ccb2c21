import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../../../modules/openrefine-history/grel/evaluate.ts";
import { columnsOf } from "../../../../modules/openrefine-history/grel/expression.ts";
import { GrelSyntaxError } from "../../../../modules/openrefine-history/grel/grel-syntax-error.ts";
import { parseGrel } from "../../../../modules/openrefine-history/grel/parse.ts";
import type { GrelValue } from "../../../../modules/openrefine-history/grel/value.ts";

const valueOf = (expression: string, value: GrelValue, cells: Record<string, GrelValue> = {}): GrelValue =>
  evaluate(parseGrel(expression), { value, cell: (column) => cells[column] ?? null });

describe("an expression of GREL", () => {
  test.each<[string, GrelValue, GrelValue]>([
    ["value", "a", "a"],
    ["grel:value.trim()", " a \u00a0", "a"],
    ["GREL: value.strip()", " a ", "a"],
    ["trim(value)", " a ", "a"],
    ["value.toUppercase()", "ñandú", "ÑANDÚ"],
    ["value.toLowercase()", "ÑANDÚ", "ñandú"],
    ["value.toTitlecase()", "o'neill mARY-ann st.john", "O'neill Mary-ann St.John"],
    ["value.toNumber()", " -007.50 ", -7.5],
    ["value.toNumber()", 3, 3],
    ["value.toString()", 3.5, "3.5"],
    ['value.replace("a", "$&")', "banana", "b$&n$&n$&"],
    ["value.replace(/\\s+/, ' ')", "a  \t b", "a b"],
    ["value.replace(/[\\p{Zs}\\s]+/,' ')", "a \u00a0b", "a b"],
    ["value.replace(/[^0-9]/, '')", "(011) 4-3", "01143"],
    ["value.replace(/[A-C]/i, '')", "aBcD", "D"],
    ["value.replace(/\\d+/, '#')", "a12b٣", "a#b#"],
    ["value.replace(/\\w/, '#')", "é_-", "##-"],
    ["value.split(',')[1]", "a,b,c", "b"],
    ["value.split(',')[-1]", "a,b,c", "c"],
    ["value.split(',')[9]", "a,b,c", null],
    ["value.split(',')", ",a,,b,", ["a", "b"]],
    ["value.split(',', true)", ",a", ["", "a"]],
    ["value.split(/\\s/)[0, 2].join('-')", "a b c", "a-b"],
    ["value.split(' ').length()", "a b c", 3],
    ["value.length()", "añ", 2],
    ["value[0]", "abc", "a"],
    ["value[0, 2]", "abc", "ab"],
    ["value.substring(1)", "abc", "bc"],
    ["value.slice(-2)", "abc", "bc"],
    ['value.contains("b")', "abc", true],
    ['value.startsWith("b")', "abc", false],
    ['value.endsWith("c")', "abc", true],
    ['value + "-" + cells["A b"].value + cells.c.value', "x", "x-Y7"],
    ["1 + 2 + value", "x", "3x"],
    ["value + cells.none.value", "x", null],
    ['if(value == "a", "yes", value.toNumber())', "a", "yes"],
    ['if(isBlank(value) , "none", value)', null, "none"],
    ["isBlank(value.toNumber())", "x", false],
    ["isNonBlank(value.toNumber())", "x", false],
    ["isNull(value)", null, true],
    ["isNotNull(value)", null, false],
    ["and(value != 'a', or(false, true), not(false))", "b", true],
    ['coalesce(value, cells.none.value, "z")', null, "z"],
    ["null", "a", null],
    ['""', "a", ""],
    ["'\\u0041\\n\\'\\\\'", "a", "A\n'\\"],
    ["-1.5", "a", -1.5],
    ["(value)", "a", "a"],
    ["true", "a", true],
  ])("%s of %j is %j", (expression, value, expected) => {
    expect(valueOf(expression, value, { "A b": "Y", c: 7 })).toEqual(expected);
  });

  test.each<[string, GrelValue]>([
    ["value.trim()", null],
    ["value.toNumber()", "12,5"],
    ["value.toNumber()", "12345678901234567890123"],
    ["value.toNumber()", null],
    ["value.toNumber() + 'x'", "y"],
    ["value.replace('', 'x')", "y"],
    ["value.split('')", "y"],
    ["value.join(',')", "y"],
    ["value['a']", "y"],
    ["value.split(',') + 'x'", "y"],
    ["if(value.toNumber(), 1, 2)", "y"],
    ["not(value)", "y"],
  ])("%s of %j has no value, with the reason", (expression, value) => {
    expect(valueOf(expression, value)).toEqual({ fault: expect.any(String) });
  });

  test("given a replacement that would make many megabytes, then there is no value", () => {
    const expression = `value.replace("a", "${"x".repeat(9_000)}")`;
    expect(valueOf(expression, "a".repeat(10_000))).toEqual({ fault: expect.any(String) });
  });

  test("the columns that it names are known", () => {
    expect(
      columnsOf(
        parseGrel(
          'if(cells["a"].value == cells.b.value, cells.c.value.split(" ")[0], value) + cells.d.value',
        ),
      ),
    ).toEqual(["a", "b", "c", "d"]);
  });

  test.each([
    ["jython:return value", "jython is not supported, only GREL, at character 1"],
    ["", "the end where a value must be, at character 1"],
    ["value.", '"" behind a point, at character 7'],
    ["value.trim", 'the end where "(" must be, at character 11'],
    ["value.trim(", "the end where a value must be, at character 12"],
    ["value.trim() x", '"x" is not supported, at character 14'],
    ["value.trim()/x/", '"/" is not supported, at character 13'],
    ["value.reverse()", "the function reverse is not supported, at character 7"],
    ["forEach(value, v, v)", "the variable v is not supported, at character 16"],
    ["row.index", "the variable row is not supported, at character 1"],
    ["value * 2", '"*" is not supported, at character 7'],
    ["value < 2", '"<" is not supported, at character 7'],
    [
      "value.replace(/(a)+/, 'b')",
      "the pattern /(a)+/ is not supported, only one class of characters: /\\s+/, /[^0-9]/, at character 15",
    ],
    ["value.replace('a')", "replace takes 3 arguments, with what is before the point, at character 7"],
    ["value.split()", "split takes 2 to 3 arguments, with what is before the point, at character 7"],
    ["if(value, 1)", "if takes three arguments, at character 1"],
    ["'abc", "a text that is not closed, at character 1"],
    ["cells['a'].recon", "of cells there is .value alone, at character 7"],
    ["cells[value].value", "the name of a column must be behind cells, at character 7"],
    ["value[1", 'the end where "]" must be, at character 8'],
    ["-value", '"value" where a number must be, at character 2'],
    [`${"(".repeat(200)}value${")".repeat(200)}`, "over 100 levels, at character 101"],
    [`"${"a".repeat(10_000)}"`, "an expression of over 10000 characters, at character 10000"],
  ])("given %j, then it is refused: %s", (expression, message) => {
    expect(() => parseGrel(expression)).toThrow(
      new GrelSyntaxError(message.replace(/, at character \d+$/, ""), Number(/\d+$/.exec(message)?.[0])),
    );
  });

  test("whatever the text, it is an expression or a syntax error, in short time", () => {
    const piece = fc.constantFrom(
      "value",
      ".",
      "(",
      ")",
      "[",
      "]",
      "'",
      '"',
      "/",
      "\\",
      "+",
      "==",
      ",",
      "trim",
      "cells",
      " ",
      "1",
      "if",
      "é",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 40 }).map((all) => all.join("")),
        ),
        (text) => {
          expect(errorOf(() => valueOf(text, "a b"))).toSatisfy(
            (error) => error === undefined || error instanceof GrelSyntaxError,
          );
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test("whatever the text, its literal is that text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const literal = `"${text.replaceAll(/[\\"]/g, (character) => `\\${character}`)}"`;
        expect(valueOf(literal, null)).toBe(text);
      }),
    );
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

import fc from "fast-check";
import { expect, it } from "vitest";
import { faultPlace } from "../../../../engine/sequences/book/json-place.ts";

it.each([
  ['{\n  "a": 1,\n}', "line 3, column 1"],
  ["[1,\n\n  x]", "line 3, column 3"],
  ['{"a": ', "line 1, column 7"],
  ["", "line 1, column 1"],
  ["[1, 2] x", "line 1, column 8"],
  ['{"a" 1}', "line 1, column 6"],
  ['{"a": "b\n"}', "line 1, column 7"],
  ["[01]", "line 1, column 3"],
  ["[".repeat(100_000), "line 1, column 100001"],
])("%j stops to be JSON at its place", (text, place) => {
  expect(faultPlace(text)).toBe(place);
});

it("finds a fault exactly where the engine's own parser does not take a text", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    '"',
    "1",
    "-0.5e3",
    "01",
    "true",
    "nul",
    " ",
    "\n",
  );
  const broken = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(""));
  const whole = fc.json();
  fc.assert(
    fc.property(fc.oneof(broken, whole, fc.string()), (text) => {
      expect(faultPlace(text) === undefined).toBe(isJson(text));
    }),
    { numRuns: 2_000 },
  );
});

it("bears a string of a whole file", () => {
  expect(faultPlace(`["${"\u0080é".repeat(500_000)}"`)).toBe("line 1, column 1000004");
});

it("finds a sign that is too much where it was put", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = JSON.stringify([value], null, 1);
      expect(faultPlace(`${text.slice(0, -1)}%]`)).toBe(`line ${text.split("\n").length}, column 1`);
    }),
  );
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

import fc from "fast-check";
import { expect, it } from "vitest";
import { fillIn } from "../../../engine/sequences/parameters.ts";

it.each([
  ["${day}.csv", "1.csv"],
  ["$${day}", "${day}"],
  ["$$${day}", "$${day}"],
  ["${other} ${Day} ${} $day {day}", "${other} ${Day} ${} $day {day}"],
  ["${nested}", "${day}"],
  ["${constructor}", "${constructor}"],
])("%s becomes %s", (text, filled) => {
  expect(fillIn(text, { day: "1", nested: "${day}" })).toBe(filled);
});

it("is one pass: no value is read again", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom("${a}", "$${", "${b}", "$", "{", "}"));
  fc.assert(
    fc.property(fc.array(piece), fc.string(), fc.string(), (pieces, a, b) => {
      const text = pieces.join("");
      // What a value holds could be told from the text by nothing but its place.
      const marked = fillIn(text, { a: "\uE000", b: "\uE001" });
      const filled = fillIn(text, { a, b });
      fc.pre(!/[\uE000\uE001]/.test(text));
      expect(filled).toBe(marked.replaceAll("\uE000", () => a).replaceAll("\uE001", () => b));
    }),
  );
});

it("leaves text as it is where nothing in it is a parameter", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "a", "é") }), (text) => {
      fc.pre(!text.includes("${"));
      expect(fillIn(text, { a: "!" })).toBe(text);
    }),
  );
});

it("gives any text back that is escaped", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("$", "{", "}", "a", "x") }), (text) => {
      // A `$` before a parameter belongs to it: what begins with one is no text to escape.
      fc.pre(!text.includes("$${"));
      expect(
        fillIn(
          text.replaceAll("${", () => "$${"),
          { a: "!" },
        ),
      ).toBe(text);
    }),
  );
});

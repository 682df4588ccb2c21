import { expect, it } from "vitest";
import { knownText } from "../../../../engine/sequences/book/known-text.ts";

it.each([
  ["raw.csv", "raw.csv", false, false],
  ["${day}.csv", "1.csv", false, false],
  ["${must}.csv", "${must}.csv", true, true],
  ["a-${must}-${day}.csv", "a-${must}-1.csv", true, false],
  ["$${must}.csv", "${must}.csv", false, false],
  ["${other}", "${other}", true, true],
  ["${odd}", "${must}", false, false],
])("%s is known as far as defaults go", (text, filled, open, opening) => {
  const plan = { parameters: { day: "1", must: null, odd: "${must}" } };
  expect(knownText(text, plan)).toEqual({ text: filled, open, opening });
});

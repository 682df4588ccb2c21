import fc from "fast-check";
import { expect, test } from "vitest";
import { splitList } from "../../../../engine/datasets/query/split-list.ts";

test("a list is split at its commas, and an escaped comma belongs to its item", () => {
  expect(splitList("a,b,c")).toEqual(["a", "b", "c"]);
  expect(splitList("Braund\\, Mr. Owen,Allen")).toEqual(["Braund, Mr. Owen", "Allen"]);
  expect(splitList("a\\\\,b")).toEqual(["a\\", "b"]);
  expect(splitList("C:\\temp,x\\")).toEqual(["C:\\temp", "x\\"]);
  expect(splitList("")).toEqual([""]);
  expect(splitList(",a,")).toEqual(["", "a", ""]);
});

test("any items can be written so that they are read as they were", () => {
  const item = fc.string({ unit: fc.constantFrom("a", "\\", ",", "é", "\n", '"') });
  fc.assert(
    fc.property(fc.array(item, { minLength: 1 }), (items) => {
      const text = items.map((each) => each.replaceAll(/[\\,]/g, "\\$&")).join(",");
      expect(splitList(text)).toEqual(items);
    }),
  );
});

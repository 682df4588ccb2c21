import { expect, it } from "vitest";
import { derivedRun } from "../../../../engine/sequences/runs/derived-run.ts";

it("the id of a triggered run follows from its trigger alone, and is a UUID", () => {
  expect(derivedRun("schedule", "a", "b")).toBe(derivedRun("schedule", "a", "b"));
  expect(derivedRun("schedule", "a", "b")).toMatch(
    /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  );
  const ids = [
    ["a", "b", "c"],
    ["ab", "c"],
    ["a", "bc"],
    ["a,b", "c"],
  ].map((each) => derivedRun(...each));
  expect(new Set(ids).size).toBe(4);
});

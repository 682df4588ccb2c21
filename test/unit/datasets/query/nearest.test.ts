import { expect, test } from "vitest";
import { nearestNames } from "../../../../engine/datasets/query/nearest.ts";

test("what was mistyped is found, the nearest first, in any case", () => {
  const names = ["Name", "Named", "Fare", "PassengerId"];
  expect(nearestNames("NAMED", names)).toEqual(["Named", "Name"]);
  expect(nearestNames("nmae", names)).toContain("Name");
  expect(nearestNames("passengerid_", names)).toEqual(["PassengerId"]);
});

test("what nobody can have meant is not guessed", () => {
  expect(nearestNames("zzzz", ["Name", "Fare"])).toEqual([]);
  expect(nearestNames("x".repeat(10_000), ["Name"])).toEqual([]);
});

import { expect, test } from "vitest";
import { comparingHeads, type HeadDifference } from "../../../engine/audit/checkpoint/compare-heads.ts";
import type { Head } from "../../../engine/audit/checkpoint/heads.ts";

const head = (key: string, sequence = 1, hash = key): Head => ({ key, sequence, hash });
async function* each(heads: readonly Head[]): AsyncGenerator<Head> {
  yield* heads;
}
async function differences(is: readonly Head[], was: readonly Head[]): Promise<HeadDifference[]> {
  const found: HeadDifference[] = [];
  const gone: Head[] = [];
  for await (const one of comparingHeads(each(is), each(was), (difference) => found.push(difference)))
    gone.push(one);
  expect(gone).toEqual(is);
  return found;
}

test("heads that are the same do not differ", async () => {
  expect(await differences([], [])).toEqual([]);
  expect(await differences([head("a"), head("b")], [head("a"), head("b")])).toEqual([]);
});

test("each that is another, gone or new is named, wherever it stands", async () => {
  const was = [head("a"), head("c"), head("d", 2), head("f"), head("g")];
  const is = [head("b"), head("c"), head("d", 2, "other"), head("f", 3), head("h")];
  expect(await differences(is, was)).toEqual([
    { key: "a", was: head("a") },
    { key: "b", is: head("b") },
    { key: "d", was: head("d", 2), is: head("d", 2, "other") },
    { key: "f", was: head("f"), is: head("f", 3) },
    { key: "g", was: head("g") },
    { key: "h", is: head("h") },
  ]);
});

test("heads that are not in the order of their keys are refused", async () => {
  await expect(differences([head("a")], [head("b"), head("a")])).rejects.toThrow(RangeError);
});

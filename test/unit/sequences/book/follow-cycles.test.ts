import fc from "fast-check";
import { expect, it } from "vitest";
import { followCycles } from "../../../../engine/sequences/book/follow-cycles.ts";
import { type SequencePlan, sequenceFile } from "../../../../engine/sequences/sequence.ts";

const plan = (after: string | undefined): SequencePlan =>
  sequenceFile.parse({ steps: [{ module_name: "m" }], ...(after === undefined ? {} : { after }) });

/** Sequences by name, each with the one that it comes after. */
const cyclesOf = (after: Record<string, string | undefined>): string[][] =>
  followCycles(Object.entries(after).map(([name, before]) => ({ name, plan: plan(before) })));

it("finds each circle once, and not what only leads to one", () => {
  expect(cyclesOf({ a: "b", b: "c", c: "b", d: undefined, e: "d", f: "f", g: "nobody" })).toEqual([
    ["b", "c"],
    ["f"],
  ]);
});

it("leaves no circle, and takes nothing that is in none", () => {
  const names = ["a", "b", "c", "d", "e", "f"];
  const graph = fc.tuple(...names.map(() => fc.option(fc.constantFrom(...names), { nil: undefined })));
  fc.assert(
    fc.property(graph, (afters) => {
      const after = new Map(names.map((name, index) => [name, afters[index]]));
      const inCircle = names.filter((name) => {
        let at = after.get(name);
        for (let steps = 0; steps < names.length && at !== undefined && at !== name; steps++)
          at = after.get(at);
        return at === name;
      });
      expect(cyclesOf(Object.fromEntries(after)).flat().toSorted()).toEqual(inCircle);
    }),
  );
});

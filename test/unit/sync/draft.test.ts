import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Draft, withValue } from "../../../engine/sync/paths.ts";

const name = fc.constantFrom("a", "b", "__proto__");
const leaf = fc.constantFrom(1, "x", null, [1]);
const root = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.dictionary(name, tie("node"), { maxKeys: 3, noNullPrototype: true }),
  ),
})).node;
const changes = fc.array(fc.tuple(fc.array(name, { maxLength: 3 }), fc.option(leaf, { nil: undefined })), {
  maxLength: 6,
});

describe("a draft", () => {
  it("comes to what setting one value after the other comes to, and leaves alone what it was made of", () => {
    fc.assert(
      fc.property(fc.option(root, { nil: undefined }), changes, (before, all) => {
        const untouched = structuredClone(before);
        const draft = new Draft(before);
        let expected = before;
        for (const [at, value] of all) {
          draft.set(at, value);
          expected = withValue(expected, at, value);
          expect(draft.root).toEqual(expected);
        }
        expect(before).toEqual(untouched);
      }),
      { numRuns: 1_000 },
    );
  });

  it("copies an object once, however many of its members are set", () => {
    const draft = new Draft({ wide: { a: 1 } });
    draft.set(["wide", "b"], 2);
    const copy = (draft.root as { wide: object }).wide;
    draft.set(["wide", "c"], 3);
    expect((draft.root as { wide: object }).wide).toBe(copy);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { estimateDistinct, stretches } from "../../../../engine/datasets/keys/sample.ts";

/** First and last row of each stretch. */
function bounds(condition: string): readonly (readonly [number, number])[] {
  return [...condition.matchAll(/BETWEEN (\d+) AND (\d+)/g)].map(([, from, to]) => [
    Number(from),
    Number(to),
  ]);
}

describe("a sample of rows", () => {
  it("is all of them where they are few", () => {
    expect(bounds(stretches(1, 20_000))).toEqual([[1, 20_000]]);
  });

  it("reaches from the first row to the last in stretches that do not overlap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 20_000, max: 1e9 }), (first, more) => {
        const all = bounds(stretches(first, first + more));
        expect(all[0]?.[0]).toBe(first);
        expect(all.at(-1)?.[1]).toBe(first + more);
        expect(all.every(([from, to]) => to - from === 999)).toBe(true);
        expect(all.every(([from], at) => at === 0 || from > (all[at - 1]?.[1] ?? Infinity))).toBe(true);
      }),
    );
  });
});

describe("how many different values there are", () => {
  it("is what was seen where no value came once, and all where each did", () => {
    expect(estimateDistinct({ different: 10, seen: 1_000, once: 0 }, 1_000_000)).toBe(10);
    expect(estimateDistinct({ different: 1_000, seen: 1_000, once: 1_000 }, 1_000_000)).toBe(1_000_000);
    expect(estimateDistinct({ different: 0, seen: 0, once: 0 }, 0)).toBe(0);
  });

  it("takes a value that came once for the root of the rows behind each that was seen", () => {
    expect(estimateDistinct({ different: 30, seen: 100, once: 20 }, 10_000)).toBe(210);
  });

  it("is never less than what was seen, nor more than there are cells", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 0, max: 1e9 }),
        (different, oncePart, again, more) => {
          const once = Math.min(oncePart, different);
          const seen = once + 2 * (different - once) + (different > once ? again : 0);
          const estimate = estimateDistinct({ different, seen, once }, seen + more);
          expect(estimate).toBeGreaterThanOrEqual(different);
          expect(estimate).toBeLessThanOrEqual(seen + more);
        },
      ),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadIdOf } from "../../../../modules/dataset-load/load-id.ts";

describe("the run of a step's load", () => {
  it("is a UUID, the same for the same step and count, and another for each other", () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.string(), fc.nat(200)), { selector: (each) => JSON.stringify(each) }),
        (steps) => {
          const ids = steps.map(([key, begun]) => loadIdOf(key, begun));
          for (const id of ids)
            expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
          expect(new Set(ids).size).toBe(steps.length);
          expect(steps.map(([key, begun]) => loadIdOf(key, begun))).toEqual(ids);
        },
      ),
    ));
});

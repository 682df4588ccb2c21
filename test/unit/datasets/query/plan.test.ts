import { describe, expect, test } from "vitest";
import { type KeyShape, planOf, plansOf } from "../../../../engine/datasets/query/plan.ts";

const index = (...columns: string[]): { name: string; columns: string[] } => ({
  name: `_k_${columns.join("_")}`,
  columns,
});

const shape = (changes: Partial<KeyShape>): KeyShape => ({
  equal: [],
  range: [],
  sort: [],
  rowDescends: false,
  covered: true,
  ...changes,
});

const by = (key: string, descending = false): { key: string; descending: boolean } => ({ key, descending });
const chosen = (asked: Partial<KeyShape>, ...indexes: ReturnType<typeof index>[]): string | undefined =>
  planOf(shape(asked), { indexes }).index;

describe("the index for a query", () => {
  test("has the equal columns in any order, and then those of the order", () => {
    const indexes = [index("_t1"), index("_t2", "_t1", "_n3"), index("_t1", "_n3")];
    expect(chosen({ equal: ["_t1", "_t2"], sort: [by("_n3")] }, ...indexes)).toBe("_k__t2__t1__n3");
    expect(chosen({ equal: ["_t1"], sort: [by("_n3")] }, ...indexes)).toBe("_k__t1__n3");
  });

  test("may be walked backwards, but not in two directions at once", () => {
    const indexes = [index("_t1", "_n2")];
    const down = [by("_t1", true), by("_n2", true)];
    expect(planOf(shape({ sort: down, rowDescends: true }), { indexes })).toMatchObject({
      index: "_k__t1__n2",
      servesSort: true,
    });
    const mixed = [by("_t1", true), by("_n2")];
    expect(planOf(shape({ sort: mixed }), { indexes })).toMatchObject({
      index: "PRIMARY",
      servesSort: false,
    });
    expect(planOf(shape({ sort: down }), { indexes }).servesSort).toBe(false);
  });

  test("has the row right behind the order, so that rows that are equal stand as in the file", () => {
    const indexes = [index("_t1", "_n2", "_n3")];
    expect(planOf(shape({ equal: ["_t1"], sort: [by("_n2")] }), { indexes }).servesSort).toBe(false);
    const withRow = [index("_t1", "_n2", "_row", "_n3")];
    expect(
      planOf(shape({ equal: ["_t1"], range: ["_n3"], sort: [by("_n2")] }), { indexes: withRow }),
    ).toMatchObject({ servesSort: true, covers: true, fits: true });
  });

  test("goes by one column between bounds where there is no order to serve", () => {
    const indexes = [index("_t1"), index("_t1", "_n2")];
    expect(chosen({ equal: ["_t1"], range: ["_n2"], sort: undefined }, ...indexes)).toBe("_k__t1__n2");
  });

  test("rather serves the order than the bounds", () => {
    const indexes = [index("_t1", "_n2"), index("_t1", "_t3")];
    const asked = { equal: ["_t1"], range: ["_n2"], sort: [by("_t3", true)], rowDescends: true };
    expect(chosen(asked, ...indexes)).toBe("_k__t1__t3");
  });

  test("is one on some of the equal columns where none has them all", () => {
    expect(chosen({ equal: ["_t1", "_t2"], sort: [by("_n3")] }, index("_t2"))).toBe("_k__t2");
  });

  test("is the table itself where nothing fits, and for the order of the file", () => {
    expect(chosen({ sort: [by("_n3")] }, index("_t1"))).toBe("PRIMARY");
    expect(chosen({ equal: ["_t2"], sort: undefined }, index("_t1", "_t2"))).toBe("PRIMARY");
    expect(planOf(shape({}), { indexes: [index("_t1")] })).toMatchObject({ index: "PRIMARY", fits: true });
    expect(planOf(shape({ covered: false }), { indexes: [] })).toMatchObject({
      index: "PRIMARY",
      fits: false,
    });
  });
});

test("what an index alone cannot tell is tried with it first, and then without", () => {
  const indexes = [index("_t1"), index("_n3")];
  const asked = shape({ equal: ["_t1"], sort: [by("_n3")], covered: false });
  expect(plansOf(asked, { indexes }).map((plan) => plan.index)).toEqual(["_k__n3", "_k__t1", "PRIMARY"]);
  const inFileOrder = plansOf(shape({ range: ["_n3"], covered: false }), { indexes });
  expect(inFileOrder.map((plan) => plan.index)).toEqual(["PRIMARY", "_k__n3", "PRIMARY"]);
});

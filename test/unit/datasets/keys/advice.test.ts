import { describe, expect, it } from "vitest";
import type { Dataset, Kind } from "../../../../engine/datasets/dataset.ts";
import { adviseIndex, servedBy } from "../../../../engine/datasets/keys/advice.ts";
import type { AskedShape } from "../../../../engine/datasets/keys/asked-shape.ts";
import type { Profile } from "../../../../engine/datasets/keys/read-profile.ts";

const KINDS: Readonly<Record<string, Kind>> = {
  sex: "text",
  name: "text",
  fare: "number",
  boarded: "date",
  story: "text",
  age: "number",
  cabin: "text",
  ticket: "text",
  port: "text",
};

const dataset: Dataset = {
  table: "titanic",
  owner: "ana",
  columns: Object.entries(KINDS).map(([name, kind]) => ({
    name,
    header: name,
    cells: { filled: 1, numbers: kind === "number" ? 1 : 0, dates: kind === "date" ? 1 : 0, codes: 0 },
  })),
  rows: 1_000_000,
  version: "v1",
  createdAt: "2026-01-01T00:00:00.000Z",
  loadedAt: "2026-01-01T00:00:00.000Z",
};

/** Stories are long, and fares are more different than ages. */
const profile: Profile = new Map(
  Object.entries(KINDS).map(([name, kind]) => [
    name,
    {
      kind,
      nulls: 0,
      misfits: 0,
      distinct: name === "fare" ? 50_000 : 70,
      distinctIs: "exact" as const,
      longest: name === "story" ? 129 : 128,
    },
  ]),
);

function advised(
  asked: Partial<AskedShape>,
  matches?: number,
  known: Profile | undefined = profile,
): readonly string[] {
  const shape = { equal: [], range: [], sort: [], ...asked };
  return adviseIndex(shape, dataset, known, matches)?.columns ?? [];
}

const down = (column: string): { column: string; descending: boolean } => ({ column, descending: true });
const up = (column: string): { column: string; descending: boolean } => ({ column, descending: false });

describe("the index for a query", () => {
  it("has what is held to one value, the order, the row, and what is between bounds", () => {
    expect(advised({ equal: ["sex"], range: ["fare"], sort: [down("name")] })).toEqual([
      "_t1",
      "_t2",
      "_row",
      "_n3",
    ]);
  });

  it("has the bounds instead of the order where few rows match", () => {
    const asked = { equal: ["sex"], range: ["fare"], sort: [down("name")] };
    expect(advised(asked, 999)).toEqual(["_t1", "_n3"]);
    expect(advised(asked, 1_000)).toEqual(["_t1", "_t2", "_row", "_n3"]);
  });

  it("has no order that goes both ways, or by texts that are longer than a key", () => {
    expect(advised({ equal: ["sex"], sort: [down("name"), up("fare")] })).toEqual(["_t1"]);
    expect(advised({ sort: [down("name"), up("fare")] })).toEqual([]);
    expect(advised({ equal: ["sex"], range: ["fare"], sort: [up("story")] })).toEqual(["_t1", "_n3"]);
    expect(advised({ sort: [up("name")] }, undefined, new Map())).toEqual([]);
  });

  it("has the column between bounds that has the most different values", () => {
    expect(advised({ range: ["age", "fare"] })).toEqual(["_n3"]);
  });

  it("gives the rows of one value in the order of the file, and passes over those out of bounds", () => {
    expect(advised({ equal: ["sex"] })).toEqual(["_t1"]);
    expect(advised({ equal: ["sex"], range: ["fare"] })).toEqual(["_t1", "_row", "_n3"]);
  });

  it("serves bounds and order by one column at once", () => {
    expect(advised({ range: ["fare"], sort: [up("fare")] })).toEqual(["_n3"]);
  });

  it("is no wider than an index may be", () => {
    const equal = ["sex", "name", "story", "cabin", "ticket", "port"];
    expect(advised({ equal })).toEqual(["_t1", "_t2", "_t5", "_t7", "_t8"]);
    expect(advised({ equal: equal.slice(0, 5), range: ["fare"], sort: [up("port")] })).toEqual([
      "_t1",
      "_t2",
      "_t5",
      "_t7",
      "_t8",
    ]);
  });

  it("is none for columns that are gone, or where nothing is asked", () => {
    expect(advised({ equal: ["gone"] })).toEqual([]);
    expect(advised({})).toEqual([]);
  });

  it("has a name that says what is in it", () => {
    const shape = { equal: ["sex"], range: [], sort: [down("boarded")] };
    expect(adviseIndex(shape, dataset, profile)?.name).toBe("_k_t1_d4");
  });

  it("is there already where another begins with the same columns", () => {
    const wanted = { name: "x", columns: ["_t1", "_n3"] };
    const longer = { name: "y", columns: ["_t1", "_n3", "_d4"] };
    expect(servedBy(wanted, [longer])).toBe(longer);
    expect(servedBy(longer, [wanted])).toBeUndefined();
  });
});

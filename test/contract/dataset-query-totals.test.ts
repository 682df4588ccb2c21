import { beforeAll, expect, test } from "vitest";
import { openDatasetDesk } from "./dataset-query-desk.ts";
import { useDatasets } from "./dataset-query-table.ts";

const tables = useDatasets();

/** One more than is counted, and one that is told apart. */
const ROWS = 100_002;

beforeAll(async () => {
  const rows = Array.from({ length: ROWS }, (_, index) => [String(index), index < 2 ? "few" : "many"]);
  await tables.make("crowd", { columns: ["n", "which"], rows });
});

test("up to 100,000 matches are counted, and beyond that estimated, never below what was counted", async () => {
  const { get } = openDatasetDesk(tables);
  const total = async (query: string): Promise<unknown[]> => {
    const { json } = await get(`/api/crowd?limit=1&${query}`);
    return [json["total"], json["totalIs"]];
  };
  expect(await total("")).toEqual([ROWS, "exact"]);
  expect(await total("which=few")).toEqual([2, "exact"]);
  expect(await total("which=many")).toEqual([100_000, "exact"]);
  const [count, is] = await total("n=gte:0");
  expect(is).toBe("estimate");
  expect(count).toBeGreaterThanOrEqual(100_001);
  expect(count).toBeLessThanOrEqual(ROWS);
});

test("the last page of an estimate has the true total", async () => {
  const { get } = openDatasetDesk(tables);
  const { json } = await get("/api/crowd?n=gte:0&limit=100000,1000");
  expect(json).toMatchObject({ total: ROWS, totalIs: "exact", next: null });
});

test("a page far off in the order of the file is the same with gaps between the rows and without", async () => {
  const { get } = openDatasetDesk(tables);
  const rows = Array.from({ length: 3_000 }, (_, index) => [String(index)]);
  await tables.make("without_gaps", { columns: ["n"], rows });
  await tables.make("with_gaps", { columns: ["n"], rows, numbers: rows.map((_, index) => 2 * index + 1) });
  for (const table of ["without_gaps", "with_gaps"]) {
    const { json } = await get(`/api/${table}?limit=2000,3`);
    expect(json).toMatchObject({ data: [{ n: "2000" }, { n: "2001" }, { n: "2002" }], offset: 2_000 });
    const next = await get(`/api/${table}?limit=2000,3&cursor=${String(json["next"])}`);
    expect(next.json).toMatchObject({ data: [{ n: "2003" }, { n: "2004" }, { n: "2005" }], offset: 2_003 });
  }
});

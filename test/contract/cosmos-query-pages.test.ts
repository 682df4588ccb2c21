import type { Container, FeedOptions } from "@azure/cosmos";
import { beforeAll, describe, expect, it } from "vitest";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();
const many = 1500;
let container: Container;

beforeAll(async () => {
  container = await account.container({
    indexingPolicy: {
      includedPaths: [{ path: "/*" }],
      excludedPaths: [{ path: "/payload/*" }],
      compositeIndexes: [
        [
          { path: "/group", order: "ascending" },
          { path: "/n", order: "descending" },
        ],
      ],
    },
  });
  const all = Array.from({ length: many }, (_, n) => ({
    id: `i${n}`,
    key: `k${n % 3}`,
    n,
    group: n % 7,
    // Every type, so that pages end within and between types.
    ...(n % 5 < 4 && { any: [n, `t${n % 50}`, null, n % 2 === 0][n % 5] ?? null }),
    payload: { a: n },
    tags: ["a", "b", "c"],
  }));
  for (let at = 0; at < many; at += 100) {
    const operations = all
      .slice(at, at + 100)
      .map((resourceBody) => ({ operationType: "Create" as const, resourceBody }));
    await container.items.bulk(operations);
  }
});

/** Reads page by page, each with a new iterator from the last one's continuation. */
async function pages(query: string, maxItemCount: number, options: FeedOptions = {}): Promise<unknown[][]> {
  const found: unknown[][] = [];
  let continuationToken: string | undefined;
  do {
    const page = { ...options, maxItemCount, ...(continuationToken && { continuationToken }) };
    const { resources, continuationToken: next } = await container.items.query(query, page).fetchNext();
    found.push(resources as unknown[]);
    continuationToken = next;
  } while (continuationToken);
  return found;
}

const byNumber = (from: number, to: number): number[] =>
  Array.from({ length: to - from }, (_, at) => from + at);

describe("pages", () => {
  it("hold 100 results unless told otherwise", async () => {
    const { resources, hasMoreResults } = await container.items.query("SELECT * FROM c").fetchNext();
    expect(resources).toHaveLength(100);
    expect(hasMoreResults).toBe(true);
    expect((await container.items.readAll().fetchAll()).resources).toHaveLength(many);
  });

  it("go on where the last one ended, each result once", async () => {
    const found = await pages("SELECT VALUE c.n FROM c", 400);
    expect(found.map((page) => page.length)).toEqual([400, 400, 400, 300]);
    expect(new Set(found.flat()).size).toBe(many);
  });

  it("go on in a partition", async () => {
    const found = await pages("SELECT VALUE c.n FROM c", 150, { partitionKey: "k1" });
    expect(found.flat()).toHaveLength(500);
    expect(new Set(found.flat()).size).toBe(500);
  });

  it.each(["ASC", "DESC"])("go on in order, %s", async (direction) => {
    const found = (await pages(`SELECT VALUE c.n FROM c ORDER BY c.n ${direction}`, 400)).flat();
    expect(found).toEqual(direction === "ASC" ? byNumber(0, many) : byNumber(0, many).toReversed());
  });

  it.each(["ASC", "DESC"])("go on in the order of mixed types, %s", async (direction) => {
    const found = (await pages(`SELECT c.n, c.any FROM c ORDER BY c.any ${direction}`, 37)).flat() as {
      n: number;
      any?: unknown;
    }[];
    expect(new Set(found.map(({ n }) => n)).size).toBe(many);
    const types = found.map(({ any }) => (any === null ? "null" : typeof any));
    const order = [...new Set(types)];
    const rising = ["undefined", "null", "boolean", "number", "string"];
    expect(order).toEqual(direction === "ASC" ? rising : rising.toReversed());
    const numbers = found.flatMap(({ any }) => (typeof any === "number" ? [any] : []));
    expect(numbers).toEqual(numbers.toSorted((a, b) => (direction === "ASC" ? a - b : b - a)));
    expect(types.findLastIndex((type) => type === order[0])).toBe(
      types.findIndex((type) => type === order[1]) - 1,
    );
  });

  it("go on in the order of several keys, in the direction of a composite index or turned", async () => {
    const expected = byNumber(0, many).sort((a, b) => (a % 7) - (b % 7) || b - a);
    const found = await pages("SELECT VALUE c.n FROM c ORDER BY c.group ASC, c.n DESC", 333);
    expect(found.flat()).toEqual(expected);
    const turned = await pages("SELECT VALUE c.n FROM c ORDER BY c.group DESC, c.n ASC", 333);
    expect(turned.flat()).toEqual(expected.toReversed());
    const other = container.items.query("SELECT * FROM c ORDER BY c.group, c.n").fetchAll();
    expect(await refusal(other)).toMatchObject({ code: 400 });
  });

  it("end and go on within the results of one item", async () => {
    const found = await pages("SELECT c.n, t FROM c JOIN t IN c.tags WHERE c.n < 4", 5);
    expect(found.map((page) => page.length)).toEqual([5, 5, 2]);
    expect(new Set(found.flat().map((row) => JSON.stringify(row))).size).toBe(12);
  });

  it("count OFFSET, LIMIT and TOP over all of them", async () => {
    expect((await pages("SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 5 LIMIT 10", 4)).flat()).toEqual(
      byNumber(5, 15),
    );
    expect((await pages("SELECT TOP 9 VALUE c.n FROM c ORDER BY c.n", 4)).flat()).toEqual(byNumber(0, 9));
  });

  it("divide groups and distinct values too", async () => {
    const groups = await pages("SELECT c.group, COUNT(1) AS n FROM c GROUP BY c.group", 3);
    expect(groups.map((page) => page.length)).toEqual([3, 3, 1]);
    expect((await pages("SELECT DISTINCT VALUE c.group FROM c", 2)).flat()).toEqual(byNumber(0, 7));
  });

  it("hold 4 MB at most", async () => {
    const own = await account.container();
    for (const n of byNumber(0, 9))
      await own.items.create({ id: `i${n}`, key: "a", n, large: "x".repeat(1_000_000) });
    const iterator = own.items.query<{ n: number }>("SELECT * FROM c ORDER BY c.n", { maxItemCount: -1 });
    const sizes: number[] = [];
    const found: number[] = [];
    while (iterator.hasMoreResults()) {
      const { resources } = await iterator.fetchNext();
      sizes.push(resources.length);
      found.push(...resources.map(({ n }) => n));
    }
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
    expect(found).toEqual(byNumber(0, 9));
  });

  it("keep their place while items change", async () => {
    const own = await account.container();
    for (const n of byNumber(0, 20)) await own.items.create({ id: `i${n}`, key: "a", n });
    const iterator = own.items.query("SELECT VALUE c.n FROM c", { maxItemCount: 5 });
    const first = (await iterator.fetchNext()).resources as number[];
    for (const n of [0, 7, 19]) await own.items.upsert({ id: `i${n}`, key: "a", n });
    await own.item("i12", "a").delete();
    const rest: number[] = [];
    while (iterator.hasMoreResults()) rest.push(...((await iterator.fetchNext()).resources as number[]));
    expect([...first, ...rest].toSorted((a, b) => a - b)).toEqual(byNumber(0, 20).filter((n) => n !== 12));
  });

  it("refuse a continuation that is not theirs, and a size of nothing", async () => {
    const query = (options: FeedOptions): Promise<unknown> =>
      container.items.query("SELECT * FROM c", options).fetchNext();
    expect(await refusal(query({ continuationToken: "made up" }))).toMatchObject({ code: 400 });
    expect(await refusal(query({ maxItemCount: -5 }))).toMatchObject({ code: 400 });
  });
});

describe("large containers", () => {
  it.each<[string, number]>([
    ["c.n = 700", 1],
    ["c.group = 3", 214],
    ["c.group = 3 AND c.n < 100", 14],
    ["c.n >= 1400", 100],
    ["c.any = null", 300],
    ["c.any = true", 150],
    ["STARTSWITH(c.any, 't1')", 90],
    ["c.payload.a = 9", 1],
    ["c.n > 1490 OR c.group = 99", 9],
  ])("find the same with an index as without: %s", async (filter, count) => {
    expect(
      (await container.items.query(`SELECT * FROM c WHERE ${filter}`).fetchAll()).resources,
    ).toHaveLength(count);
    const hidden = `SELECT VALUE COUNT(1) FROM c WHERE (${filter}) = true`;
    expect((await container.items.query(hidden).fetchAll()).resources).toEqual([count]);
    const counted = await container.items.query(`SELECT VALUE COUNT(1) FROM c WHERE ${filter}`).fetchAll();
    expect(counted.resources).toEqual([count]);
  });

  it("refuse to sort by what the indexing policy leaves out", async () => {
    const sorted = container.items.query("SELECT * FROM c ORDER BY c.payload.a").fetchAll();
    expect((await refusal(sorted)).message).toContain("excluded");
  });
});

import type { Container, OperationInput } from "@azure/cosmos";
import { describe, expect, it } from "vitest";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();

async function ids(container: Container): Promise<unknown[]> {
  return (await container.items.query("SELECT VALUE c.id FROM c ORDER BY c.id").fetchAll()).resources;
}

describe("an atomic batch", () => {
  it("does every kind of operation in order, each seeing the ones before", async () => {
    const container = await account.container();
    await container.items.create({ id: "old", key: "a", n: 1 });
    const { code, result } = await container.items.batch(
      [
        { operationType: "Create", resourceBody: { id: "new", key: "a" } },
        { operationType: "Upsert", resourceBody: { id: "up", key: "a" } },
        { operationType: "Replace", id: "old", resourceBody: { id: "old", key: "a", n: 2 } },
        {
          operationType: "Patch",
          id: "old",
          resourceBody: { operations: [{ op: "incr", path: "/n", value: 5 }] },
        },
        { operationType: "Read", id: "old" },
        { operationType: "Delete", id: "up" },
      ],
      "a",
    );
    expect(code).toBe(200);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([201, 201, 200, 200, 200, 204]);
    expect(result?.[4]?.resourceBody).toMatchObject({ id: "old", n: 7 });
    expect(result?.[0]?.eTag).toBe(result?.[0]?.resourceBody?.["_etag"]);
    expect(await ids(container)).toEqual(["new", "old"]);
  });

  it("leaves nothing when one operation fails: 207, its own status, 424 for the others", async () => {
    const container = await account.container();
    await container.items.create({ id: "taken", key: "a", n: 1 });
    const { code, result } = await container.items.batch(
      [
        { operationType: "Create", resourceBody: { id: "new", key: "a" } },
        { operationType: "Upsert", resourceBody: { id: "taken", key: "a", n: 2 } },
        { operationType: "Delete", id: "taken" },
        { operationType: "Create", resourceBody: { id: "new", key: "a" } },
        { operationType: "Create", resourceBody: { id: "later", key: "a" } },
      ],
      "a",
    );
    expect(code).toBe(207);
    expect(result?.map(({ statusCode }) => statusCode)).toEqual([424, 424, 424, 409, 424]);
    expect(await ids(container)).toEqual(["taken"]);
    expect((await container.item("taken", "a").read()).resource).toMatchObject({ n: 1 });
    const feed = await container.items.changeFeed("a", { startFromBeginning: true }).fetchNext();
    expect(feed.result).toHaveLength(1);
  });

  it("honours etags inside", async () => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "1", key: "a", n: 1 });
    const replace = (ifMatch: string): OperationInput[] => [
      { operationType: "Replace", id: "1", ifMatch, resourceBody: { id: "1", key: "a", n: 2 } },
      { operationType: "Create", resourceBody: { id: `audit|${ifMatch.length}`, key: "a" } },
    ];
    expect((await container.items.batch(replace(etag), "a")).code).toBe(200);
    const stale = await container.items.batch(replace(etag), "a");
    expect(stale.result?.map(({ statusCode }) => statusCode)).toEqual([412, 424]);
    const read: OperationInput & { ifNoneMatch: string } = {
      operationType: "Read",
      id: "1",
      ifNoneMatch: "*",
    };
    const unknown = await container.items.batch([read], "a");
    expect(unknown.result?.[0]?.statusCode).toBe(304);
    const present = { id: "1", key: "a" };
    const upsert = await container.items.batch(
      [{ operationType: "Upsert", ifNoneMatch: "*", resourceBody: present }],
      "a",
    );
    expect(upsert.result?.[0]?.statusCode).toBe(412);
  });

  it("stays within one partition", async () => {
    const container = await account.container();
    const operations: OperationInput[] = [
      { operationType: "Create", resourceBody: { id: "1", key: "a" } },
      { operationType: "Create", resourceBody: { id: "2", key: "b" } },
    ];
    const { result } = await container.items.batch(operations, "a");
    expect(result).toMatchObject([{ statusCode: 424 }, { statusCode: 400, subStatusCode: 1001 }]);
    expect(await ids(container)).toEqual([]);
  });

  it("has 1 to 100 operations and 2 MB at most", async () => {
    const container = await account.container();
    const operations = (count: number, size = 0): OperationInput[] =>
      Array.from({ length: count }, (_, n) => ({
        operationType: "Create",
        resourceBody: { id: String(n), key: "a", payload: "x".repeat(size) },
      }));
    expect((await container.items.batch(operations(100), "a")).code).toBe(200);
    expect((await refusal(container.items.batch([], "a"))).message).toContain("at least one");
    expect((await refusal(container.items.batch(operations(3, 800_000), "a"))).message).toContain("2 MB");
  });

  it("may be answered without the items", async () => {
    const container = await account.container();
    const operations: OperationInput[] = [{ operationType: "Create", resourceBody: { id: "1", key: "a" } }];
    const { result } = await container.items.batch(operations, "a", { contentResponseOnWriteEnabled: false });
    expect(result?.[0]).toMatchObject({ statusCode: 201, eTag: expect.any(String) as string });
    expect(result?.[0]).not.toHaveProperty("resourceBody");
  });

  it("lets one of 20 racing batches win", async () => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "document", key: "a", version: 0 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        container.items.batch(
          [
            {
              operationType: "Replace",
              id: "document",
              ifMatch: etag,
              resourceBody: { id: "document", key: "a", n },
            },
            { operationType: "Create", resourceBody: { id: `audit|${n}`, key: "a" } },
          ],
          "a",
        ),
      ),
    );
    expect(answers.filter(({ code }) => code === 200)).toHaveLength(1);
    expect(await ids(container)).toHaveLength(2);
  });
});

describe("bulk", () => {
  it("does each operation for itself, in many partitions", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    const answer = await container.items.bulk([
      { operationType: "Create", resourceBody: { id: "1", key: "a" } },
      { operationType: "Create", resourceBody: { id: "1", key: "b" } },
      { operationType: "Create", partitionKey: 5, resourceBody: { id: "1", key: 5 } },
      { operationType: "Read", partitionKey: "a", id: "1" },
      { operationType: "Delete", partitionKey: "a", id: "none" },
    ]);
    expect(answer.map(({ statusCode }) => statusCode)).toEqual([409, 201, 201, 200, 404]);
    expect(await ids(container)).toHaveLength(3);
  });

  it("stops at the first failure when told to", async () => {
    const container = await account.container();
    const create = (id: string): OperationInput => ({
      operationType: "Create",
      resourceBody: { id, key: "a" },
    });
    const answer = await container.items.bulk([create("1"), create("1"), create("2")], {
      continueOnError: false,
    });
    expect(answer.map(({ statusCode }) => statusCode)).toEqual([201, 409, 424]);
  });

  it("takes more than fits one request", async () => {
    const container = await account.container();
    const operations = Array.from({ length: 250 }, (_, n) => ({
      operationType: "Create" as const,
      partitionKey: `k${n % 7}`,
      resourceBody: { id: String(n), key: `k${n % 7}` },
    }));
    const answer = await container.items.executeBulkOperations(operations);
    expect(answer.filter(({ response }) => response?.statusCode === 201)).toHaveLength(250);
    expect(await ids(container)).toHaveLength(250);
  });
});

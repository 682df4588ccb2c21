import { PartitionKeyDefinitionVersion, PartitionKeyKind } from "@azure/cosmos";
import { describe, expect, it, vi } from "vitest";
import { refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();

describe("one item", () => {
  it("is created with the service's own properties", async () => {
    const container = await account.container();
    const { resource, statusCode, etag, headers } = await container.items.create({
      id: "1",
      key: "a",
      n: 1.5,
    });
    expect(statusCode).toBe(201);
    expect(resource).toMatchObject({ id: "1", key: "a", n: 1.5, _attachments: "attachments/" });
    expect(resource?._etag).toMatch(/^".+"$/);
    expect(resource?._etag).toBe(etag);
    expect(Math.abs((resource?._ts ?? 0) - Date.now() / 1000)).toBeLessThan(60);
    const owner = (await container.read()).resource;
    expect(resource?._self).toBe(`${owner?._self}docs/${resource?._rid}/`);
    expect(Number(headers["x-ms-request-charge"])).toBeGreaterThan(1);
    expect((await container.item("1", "a").read()).resource).toEqual(resource);
  });

  it("exists once in its partition: 409; and once in each", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    expect(await refusal(container.items.create({ id: "1", key: "a" }))).toMatchObject({ code: 409 });
    expect((await container.items.create({ id: "1", key: "b" })).statusCode).toBe(201);
  });

  it("is 404 when it is not there, in every operation", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    const missing = container.item("1", "b");
    expect((await missing.read()).statusCode).toBe(404);
    expect(await refusal(missing.replace({ id: "1", key: "b" }))).toMatchObject({ code: 404 });
    expect(await refusal(missing.delete())).toMatchObject({ code: 404 });
    expect(await refusal(missing.patch([{ op: "set", path: "/n", value: 1 }]))).toMatchObject({ code: 404 });
  });

  it("is created or replaced by upsert, keeping its _rid", async () => {
    const container = await account.container();
    const first = await container.items.upsert({ id: "1", key: "a", n: 1, old: true });
    const second = await container.items.upsert({ id: "1", key: "a", n: 2 });
    expect([first.statusCode, second.statusCode]).toEqual([201, 200]);
    expect(second.resource).toMatchObject({ n: 2, _rid: first.resource?.["_rid"] as string });
    expect(second.resource).not.toHaveProperty("old");
    expect(second.etag).not.toBe(first.etag);
  });

  it("is replaced by what was read, with its own properties renewed", async () => {
    const container = await account.container();
    const { resource } = await container.items.create({ id: "1", key: "a", n: 1 });
    const replaced = await container.item("1", "a").replace({ ...resource, n: 2 });
    expect(replaced.statusCode).toBe(200);
    expect(replaced.resource?._etag).toBe(replaced.etag);
    expect(replaced.resource?._etag).not.toBe(resource?._etag);
    const { resources } = await container.items.query("SELECT VALUE c._etag FROM c").fetchAll();
    expect(resources).toEqual([replaced.etag]);
  });

  it("is deleted: 204, then 404", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    expect((await container.item("1", "a").delete()).statusCode).toBe(204);
    expect((await container.item("1", "a").read()).statusCode).toBe(404);
  });

  it.each([
    "a|b",
    "a:b",
    "100%",
    "%41",
    "with space",
    "ünï—çødé 漢字 🙂",
    "a?b",
    "a&b=c+d",
    "'\"",
    "x".repeat(255),
  ])("may be called %s", async (id) => {
    const container = await account.container();
    await container.items.create({ id, key: id });
    const item = container.item(id, id);
    expect((await item.read()).resource?.id).toBe(id);
    expect((await item.replace({ id, key: id, n: 1 })).resource?.["n"]).toBe(1);
    const query = {
      query: "SELECT VALUE c.id FROM c WHERE c.id = @id",
      parameters: [{ name: "@id", value: id }],
    };
    expect((await container.items.query(query, { partitionKey: id }).fetchAll()).resources).toEqual([id]);
    expect((await item.delete()).statusCode).toBe(204);
  });

  it.each([
    ["an id that is no text", { id: 5 as unknown as string, key: "a" }],
    ["a time to live of zero", { id: "1", key: "a", ttl: 0 }],
    ["a partition key that is an object", { id: "1", key: { a: 1 } }],
  ])("is refused with %s", async (_, body) => {
    const container = await account.container();
    expect(await refusal(container.items.create(body))).toMatchObject({
      message: expect.any(String) as string,
    });
    expect((await container.items.readAll().fetchAll()).resources).toEqual([]);
  });

  it("cannot change its id or its partition key", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    expect(await refusal(container.item("1", "a").replace({ id: "2", key: "a" }))).toMatchObject({
      code: 400,
    });
    expect(await refusal(container.item("1", "a").replace({ id: "1", key: "b" }))).toMatchObject({
      code: 400,
      substatus: 1001,
    });
  });

  it("may not be larger than 2 MB: 413", async () => {
    const container = await account.container();
    const large = "x".repeat(2 * 1024 * 1024);
    expect(await refusal(container.items.create({ id: "1", key: "a", large }))).toMatchObject({ code: 413 });
    const fits = "x".repeat(1_900_000);
    expect((await container.items.create({ id: "1", key: "a", fits })).statusCode).toBe(201);
    expect((await container.item("1", "a").read<{ fits: string }>()).resource?.fits).toHaveLength(1_900_000);
  });

  it("keeps every kind of JSON value", async () => {
    const container = await account.container();
    const values = {
      n: null,
      f: 1e-7,
      big: 123456789012345,
      t: true,
      s: 'q"\\\u2028\n',
      o: { "": [] },
      a: [1, [{}]],
    };
    await container.items.create({ id: "1", key: "a", ...values });
    expect((await container.item("1", "a").read()).resource).toMatchObject(values);
  });
});

describe("partition keys", () => {
  it('tell types apart: 5, "5", true, null and undefined', async () => {
    const container = await account.container();
    const keys = [5, "5", true, null, undefined];
    for (const key of keys)
      await container.items.create({ id: "1", ...(key !== undefined && { key }), is: String(key) });
    for (const key of keys) {
      const { resource } = await container.item("1", key).read<{ is: string }>();
      expect(resource?.is).toBe(String(key));
    }
    const options = { partitionKey: 5 };
    expect((await container.items.query("SELECT * FROM c", options).fetchAll()).resources).toHaveLength(1);
    const typed = await container.items.query("SELECT VALUE c.is FROM c WHERE c.key = '5'").fetchAll();
    expect(typed.resources).toEqual(["5"]);
  });

  it("may lie deep in the item", async () => {
    const container = await account.container({ partitionKey: { paths: ["/a/b"] } });
    await container.items.create({ id: "1", a: { b: "x" } });
    expect((await container.item("1", "x").read()).statusCode).toBe(200);
  });

  it("may be hierarchical, and queried by a prefix", async () => {
    const partitionKey = {
      paths: ["/tenant", "/user", "/session"],
      kind: PartitionKeyKind.MultiHash,
      version: PartitionKeyDefinitionVersion.V2,
    };
    const container = await account.container({ partitionKey });
    for (const [tenant, user, session] of [
      ["a", "1", 1],
      ["a", "1", 2],
      ["a", "2", 1],
      ["a-", "1", 1],
      ["b", "1", 1],
    ]) {
      await container.items.create({ id: "i", tenant, user, session });
    }
    expect((await container.item("i", ["a", "1", 2]).read()).resource).toMatchObject({ session: 2 });
    const count = async (partitionKey: string[]): Promise<number> =>
      (await container.items.query("SELECT * FROM c", { partitionKey }).fetchAll()).resources.length;
    expect(await count(["a"])).toBe(3);
    expect(await count(["a", "1"])).toBe(2);
    expect(await refusal(container.item("i", ["a", "1"]).delete())).toMatchObject({ code: 400 });
  });

  it("are emptied all at once", async () => {
    const container = await account.container();
    for (const key of ["a", "b"]) for (const id of ["1", "2"]) await container.items.create({ id, key });
    await container.deleteAllItemsForPartitionKey("a");
    const { resources } = await container.items.query("SELECT VALUE c.key FROM c").fetchAll();
    expect(resources).toEqual(["b", "b"]);
  });
});

describe("etags", () => {
  it("let a write through only on the version it names", async () => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "1", key: "a", n: 1 });
    const item = container.item("1", "a");
    const matching = { accessCondition: { type: "IfMatch", condition: etag } };
    const replaced = await item.replace({ id: "1", key: "a", n: 2 }, matching);
    expect(replaced.statusCode).toBe(200);
    expect(await refusal(item.replace({ id: "1", key: "a", n: 3 }, matching))).toMatchObject({ code: 412 });
    expect(await refusal(item.delete(matching))).toMatchObject({ code: 412 });
    expect(await refusal(container.items.upsert({ id: "1", key: "a", n: 3 }, matching))).toMatchObject({
      code: 412,
    });
    expect(await refusal(item.patch([{ op: "incr", path: "/n", value: 1 }], matching))).toMatchObject({
      code: 412,
    });
    expect((await item.read()).resource).toMatchObject({ n: 2 });
    const any = { accessCondition: { type: "IfMatch", condition: "*" } };
    expect((await item.replace({ id: "1", key: "a", n: 4 }, any)).statusCode).toBe(200);
    expect((await item.delete(any)).statusCode).toBe(204);
  });

  it("spare a read of what is known already: 304", async () => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "1", key: "a" });
    const item = container.item("1", "a");
    const known = await item.read({ accessCondition: { type: "IfNoneMatch", condition: etag } });
    expect(known.statusCode).toBe(304);
    expect(known.etag).toBe(etag);
    expect(
      (await item.read({ accessCondition: { type: "IfNoneMatch", condition: '"old"' } })).statusCode,
    ).toBe(200);
    const any = { accessCondition: { type: "IfNoneMatch", condition: "*" } };
    expect((await item.read(any)).statusCode).toBe(304);
    expect(await refusal(container.items.upsert({ id: "1", key: "a" }, any))).toMatchObject({ code: 412 });
    expect((await container.items.upsert({ id: "2", key: "a" }, any)).statusCode).toBe(201);
  });

  it("let one of 200 racing replaces win", async () => {
    const container = await account.container();
    const { etag } = await container.items.create({ id: "1", key: "a", winner: -1 });
    const options = { accessCondition: { type: "IfMatch", condition: etag } };
    const codes = await Promise.all(
      Array.from({ length: 200 }, (_, winner) =>
        container
          .item("1", "a")
          .replace({ id: "1", key: "a", winner }, options)
          .then(
            () => winner,
            (error: { code: number }) => `refused ${error.code}`,
          ),
      ),
    );
    const winners = codes.filter((code) => typeof code === "number");
    expect(winners).toHaveLength(1);
    expect(codes.filter((code) => code === "refused 412")).toHaveLength(199);
    expect((await container.item("1", "a").read()).resource).toMatchObject({ winner: winners[0] as number });
  });
});

describe("unique keys", () => {
  it("hold within a partition over the combination of their paths, absent values counting as null", async () => {
    const container = await account.container({
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ["/first", "/name/last"] }] },
    });
    const ada = { key: "a", first: "Ada", name: { last: "Byron" } };
    await container.items.create({ id: "1", ...ada });
    expect(await refusal(container.items.create({ id: "2", ...ada }))).toMatchObject({ code: 409 });
    expect((await container.items.create({ id: "2", ...ada, key: "b" })).statusCode).toBe(201);
    expect((await container.items.create({ id: "3", ...ada, first: "Eve" })).statusCode).toBe(201);
    expect(await refusal(container.item("3", "a").replace({ id: "3", ...ada }))).toMatchObject({ code: 409 });
    await container.items.create({ id: "4", key: "a" });
    expect(await refusal(container.items.create({ id: "5", key: "a", first: null }))).toMatchObject({
      code: 409,
    });
    expect((await container.items.upsert({ id: "1", ...ada, n: 1 })).statusCode).toBe(200);
  });
});

describe("time to live", () => {
  /** Moves the clock of the server, which runs in this process. */
  async function later(seconds: number, check: () => Promise<void>): Promise<void> {
    const now = Date.now();
    const clock = vi.spyOn(Date, "now").mockImplementation(() => now + seconds * 1000);
    try {
      await check();
    } finally {
      clock.mockRestore();
    }
  }

  it("ends items in reads, queries and the feed, by their own or the container's measure", async () => {
    const container = await account.container({ defaultTtl: 100 });
    await container.items.create({ id: "default", key: "a" });
    await container.items.create({ id: "short", key: "a", ttl: 10 });
    await container.items.create({ id: "ever", key: "a", ttl: -1 });
    const ids = async (): Promise<unknown[]> =>
      (await container.items.query("SELECT VALUE c.id FROM c ORDER BY c.id").fetchAll()).resources;
    await later(20, async () => {
      expect((await container.item("short", "a").read()).statusCode).toBe(404);
      expect(await ids()).toEqual(["default", "ever"]);
      const feed = container.items.changeFeed("a", { startFromBeginning: true });
      expect((await feed.fetchNext()).result).toHaveLength(2);
      expect((await container.items.create({ id: "short", key: "a" })).statusCode).toBe(201);
    });
    await later(200, async () => expect(await ids()).toEqual(["ever"]));
  });

  it("counts only where the container allows it", async () => {
    const without = await account.container();
    await without.items.create({ id: "1", key: "a", ttl: 10 });
    const own = await account.container({ defaultTtl: -1 });
    await own.items.create({ id: "1", key: "a", ttl: 10 });
    await own.items.create({ id: "2", key: "a" });
    await later(20, async () => {
      expect((await without.item("1", "a").read()).statusCode).toBe(200);
      expect((await own.item("1", "a").read()).statusCode).toBe(404);
      expect((await own.item("2", "a").read()).statusCode).toBe(200);
    });
  });

  it("changes for what is there when the container's default changes", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    await container.items.create({ id: "2", key: "a", ttl: 500 });
    await container.replace({ id: container.id, partitionKey: { paths: ["/key"] }, defaultTtl: 50 });
    await later(60, async () => {
      expect((await container.item("1", "a").read()).statusCode).toBe(404);
      expect((await container.item("2", "a").read()).statusCode).toBe(200);
    });
  });

  it("frees a unique key", async () => {
    const container = await account.container({
      defaultTtl: -1,
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ["/email"] }] },
    });
    await container.items.create({ id: "1", key: "a", email: "x", ttl: 10 });
    await later(20, async () => {
      expect((await container.items.create({ id: "2", key: "a", email: "x" })).statusCode).toBe(201);
    });
  });
});

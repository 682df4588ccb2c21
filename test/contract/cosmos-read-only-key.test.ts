import { request } from "node:http";
import { createHmac } from "node:crypto";
import { BulkOperationType, ChangeFeedStartFrom, type Container, type CosmosClient } from "@azure/cosmos";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CosmosServer, startCosmos } from "../../infra/local/cosmos/server.ts";
import { clientOf, refusal } from "./cosmos-account.ts";

const readOnlyKey = Buffer.from("a key that reads and alters nothing").toString("base64");
let server: CosmosServer;
let owner: CosmosClient;
let reader: CosmosClient;
let own: Container;
let seen: Container;

beforeAll(async () => {
  server = await startCosmos({ readOnlyKey });
  owner = clientOf(server.endpoint, server.key);
  reader = clientOf(server.endpoint, readOnlyKey);
  const { database } = await owner.databases.create({ id: "test" });
  ({ container: own } = await database.containers.create({ id: "c", partitionKey: { paths: ["/key"] } }));
  for (const id of ["a", "b", "c"]) await own.items.create({ id, key: `k${id}`, n: 1 });
  seen = reader.database("test").container("c");
});
afterAll(async () => {
  for (const client of [owner, reader]) client.dispose();
  await server.close();
});

/** What there is, whoever asks. */
async function everything(): Promise<unknown> {
  const { resources } = await own.items.readAll().fetchAll();
  const databases = (await owner.databases.readAll().fetchAll()).resources.map(({ id }) => id);
  const containers = (await owner.database("test").containers.readAll().fetchAll()).resources;
  return { resources, databases, containers };
}

describe("the read-only key", () => {
  it("reads the account, databases, containers, their key ranges and items", async () => {
    expect((await reader.getDatabaseAccount()).resource?.writableLocations).toHaveLength(1);
    expect((await reader.databases.readAll().fetchAll()).resources).toMatchObject([{ id: "test" }]);
    expect((await seen.read()).resource).toMatchObject({ id: "c" });
    expect((await seen.readPartitionKeyRanges().fetchAll()).resources).toHaveLength(1);
    expect((await seen.item("a", "ka").read()).resource).toMatchObject({ n: 1 });
  });

  it("asks: items within a partition and across, databases, containers, and for plans", async () => {
    const asked = "SELECT VALUE c.id FROM c ORDER BY c.id DESC";
    expect((await seen.items.query(asked).fetchAll()).resources).toEqual(["c", "b", "a"]);
    expect((await seen.items.query(asked, { partitionKey: "ka" }).fetchAll()).resources).toEqual(["a"]);
    const grouped = "SELECT c.n, COUNT(1) AS times FROM c GROUP BY c.n";
    expect((await seen.items.query(grouped).fetchAll()).resources).toEqual([{ n: 1, times: 3 }]);
    const test = { query: "SELECT * FROM d WHERE d.id = 'test'" };
    expect((await reader.databases.query(test).fetchAll()).resources).toHaveLength(1);
    const c = { query: "SELECT * FROM d WHERE d.id = 'c'" };
    expect((await reader.database("test").containers.query(c).fetchAll()).resources).toHaveLength(1);
  });

  it("reads the change feed", async () => {
    const changeFeedStartFrom = ChangeFeedStartFrom.Beginning();
    const feed = seen.items.getChangeFeedIterator({ changeFeedStartFrom });
    expect((await feed.readNext()).result).toHaveLength(3);
  });

  it("alters nothing: each write is refused as the service refuses it, and has no effect", async () => {
    const before = await everything();
    const writes: Record<string, () => Promise<unknown>> = {
      create: () => seen.items.create({ id: "d", key: "kd" }),
      upsert: () => seen.items.upsert({ id: "a", key: "ka", n: 2 }),
      replace: () => seen.item("a", "ka").replace({ id: "a", key: "ka", n: 2 }),
      patch: () => seen.item("a", "ka").patch([{ op: "set", path: "/n", value: 2 }]),
      delete: () => seen.item("a", "ka").delete(),
      "delete a partition": () => seen.deleteAllItemsForPartitionKey("ka"),
      batch: () => seen.items.batch([{ operationType: BulkOperationType.Delete, id: "a" }], "ka"),
      "batch that reads": () => seen.items.batch([{ operationType: BulkOperationType.Read, id: "a" }], "ka"),
      "create a container": () => reader.database("test").containers.create({ id: "d" }),
      "replace a container": () =>
        seen.replace({ id: "c", partitionKey: { paths: ["/key"] }, defaultTtl: 1 }),
      "delete a container": () => seen.delete(),
      "create a database": () => reader.databases.create({ id: "other" }),
      "delete a database": () => reader.database("test").delete(),
    };
    const refusals: unknown[] = [];
    for (const [what, write] of Object.entries(writes)) {
      const { code, message } = await refusal(write());
      refusals.push([what, code, message.includes("can't serve the request")]);
    }
    // The SDK wraps what a batch is answered, and keeps its words alone.
    const codeOf = (what: string): number | undefined => (what.startsWith("batch") ? undefined : 401);
    expect(refusals).toEqual(Object.keys(writes).map((what) => [what, codeOf(what), true]));
    expect(await everything()).toEqual(before);
  });

  it.each([
    ["dbs", "", "/dbs", { id: "other" }, "x-ms-cosmos-is-query-plan-request"],
    ["colls", "dbs/test", "/dbs/test/colls", { id: "d" }, "x-ms-cosmos-is-query-plan-request"],
    ["docs", "dbs/test/colls/c", "/dbs/test/colls/c/docs", [], "x-ms-cosmos-is-batch-request"],
    ["colls", "dbs/test/colls/c", "/dbs/test/colls/c/operations/partitionkeydelete", {}, undefined],
  ])(
    "is not let through by a write on %s of %s that says it is a query",
    async (kind, link, path, body, more) => {
      const before = await everything();
      const headers = { "x-ms-documentdb-isquery": "True", "x-ms-documentdb-partitionkey": '["ka"]' };
      const extra = more === undefined ? headers : { ...headers, [more]: "True" };
      expect(await post(path, { kind, link, body, headers: extra })).toBe(401);
      expect(await everything()).toEqual(before);
    },
  );

  it("is no key without the option, nor beside itself", async () => {
    const without = await startCosmos();
    const stranger = clientOf(without.endpoint, readOnlyKey);
    expect(await refusal(stranger.databases.readAll().fetchAll())).toMatchObject({ code: 401 });
    stranger.dispose();
    await without.close();
    await expect(startCosmos({ key: readOnlyKey, readOnlyKey })).rejects.toThrow("give another one");
  });
});

/** The status that a signed POST with these headers is answered. */
function post(
  path: string,
  {
    kind,
    link,
    body,
    headers,
  }: { kind: string; link: string; body: unknown; headers: Record<string, string> },
): Promise<number | undefined> {
  const date = new Date().toUTCString();
  const signed = `post\n${kind}\n${link}\n${date.toLowerCase()}\n\n`;
  const signature = createHmac("sha256", Buffer.from(readOnlyKey, "base64")).update(signed).digest("base64");
  const authorization = encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server.endpoint), {
      method: "POST",
      headers: { ...headers, authorization, "x-ms-date": date, "content-type": "application/json" },
    });
    sent.on("error", reject).on("response", (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    });
    sent.end(JSON.stringify(body));
  });
}

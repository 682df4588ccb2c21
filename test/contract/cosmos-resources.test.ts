import { request } from "node:http";
import { PartitionKeyKind } from "@azure/cosmos";
import { describe, expect, it } from "vitest";
import { clientOf, refusal, useAccount } from "./cosmos-account.ts";

const account = useAccount();

describe("authorization", () => {
  it("refuses a wrong key with 401", async () => {
    const stranger = clientOf(account.server.endpoint, Buffer.from("another key").toString("base64"));
    expect(await refusal(stranger.databases.readAll().fetchAll())).toMatchObject({ code: 401 });
    stranger.dispose();
  });

  it("refuses a request without authorization, with the service's error body", async () => {
    const { status, body } = await plain("/dbs");
    expect(status).toBe(401);
    expect(body).toMatchObject({ code: "Unauthorized", message: expect.any(String) as string });
  });
});

describe("account", () => {
  it("names itself as the one location, over http", async () => {
    const { resource } = await account.client.getDatabaseAccount();
    expect(resource?.writableLocations[0]?.databaseAccountEndpoint).toBe(account.server.endpoint);
    expect(resource?.readableLocations).toHaveLength(1);
    expect(resource?.consistencyPolicy).toBe("Session");
  });

  it("tells the charge, the session and the activity of every answer", async () => {
    const { headers } = await account.database.read();
    expect(Number(headers["x-ms-request-charge"])).toBeGreaterThan(0);
    expect(headers["x-ms-session-token"]).toMatch(/^0:-1#\d+$/);
    expect(headers["x-ms-activity-id"]).toMatch(/^[\da-f-]{36}$/);
  });
});

describe("databases", () => {
  it("are created, read, listed, queried and deleted", async () => {
    const { databases } = account.client;
    const created = await databases.create({ id: "sales é" });
    expect(created.statusCode).toBe(201);
    expect(created.resource).toMatchObject({ id: "sales é", _self: `dbs/${created.resource?._rid}/` });
    expect((await account.client.database("sales é").read()).resource?._rid).toBe(created.resource?._rid);
    const all = (await databases.readAll().fetchAll()).resources.map(({ id }) => id);
    expect(all).toContain("sales é");
    const query = {
      query: "SELECT * FROM d WHERE d.id = @id",
      parameters: [{ name: "@id", value: "sales é" }],
    };
    expect((await databases.query(query).fetchAll()).resources).toHaveLength(1);
    expect((await account.client.database("sales é").delete()).statusCode).toBe(204);
    expect(await refusal(account.client.database("sales é").read())).toMatchObject({ code: 404 });
  });

  it("exist once: 409, and createIfNotExists finds them", async () => {
    expect(await refusal(account.client.databases.create({ id: "test" }))).toMatchObject({ code: 409 });
    expect((await account.client.databases.createIfNotExists({ id: "test" })).statusCode).toBe(200);
  });

  it("take their containers with them", async () => {
    const { database } = await account.client.databases.create({ id: "gone" });
    await database.containers.create({ id: "c", partitionKey: { paths: ["/key"] } });
    await database.container("c").items.create({ id: "1", key: "a" });
    await database.delete();
    const again = await account.client.databases.create({ id: "gone" });
    expect(await refusal(again.database.container("c").read())).toMatchObject({ code: 404 });
    await again.database.delete();
  });
});

describe("containers", () => {
  it("keep what their creator said of them", async () => {
    const definition = {
      id: "full",
      partitionKey: { paths: ["/a", "/b/c"], kind: PartitionKeyKind.MultiHash, version: 2 },
      uniqueKeyPolicy: { uniqueKeys: [{ paths: ["/email"] }] },
      defaultTtl: 3600,
      indexingPolicy: {
        indexingMode: "consistent" as const,
        automatic: true,
        includedPaths: [{ path: "/*" }],
        excludedPaths: [{ path: "/event/*" }],
        compositeIndexes: [
          [
            { path: "/x", order: "ascending" as const },
            { path: "/y", order: "descending" as const },
          ],
        ],
      },
    };
    const { resource, statusCode } = await account.database.containers.create(definition);
    expect(statusCode).toBe(201);
    const read = (await account.database.container("full").read()).resource;
    expect(read).toEqual(resource);
    expect(read).toMatchObject({
      ...definition,
      indexingPolicy: {
        ...definition.indexingPolicy,
        excludedPaths: [{ path: "/event/*" }, { path: '/"_etag"/?' }],
      },
    });
    expect(read?._self).toMatch(/^dbs\/.+\/colls\/.+\/$/);
  });

  it("get the service's default indexing policy", async () => {
    const container = await account.container();
    expect((await container.read()).resource?.indexingPolicy).toEqual({
      indexingMode: "consistent",
      automatic: true,
      includedPaths: [{ path: "/*" }],
      excludedPaths: [{ path: '/"_etag"/?' }],
    });
  });

  it("exist once: 409, and createIfNotExists finds them", async () => {
    const { id } = await account.container();
    const definition = { id, partitionKey: { paths: ["/key"] } };
    expect(await refusal(account.database.containers.create(definition))).toMatchObject({ code: 409 });
    expect((await account.database.containers.createIfNotExists(definition)).statusCode).toBe(200);
  });

  it("change indexing and time to live when replaced, but neither id nor partition key", async () => {
    const container = await account.container();
    const id = container.id;
    const replaced = await container.replace({ id, partitionKey: { paths: ["/key"] }, defaultTtl: 5 });
    expect(replaced.statusCode).toBe(200);
    expect((await container.read()).resource?.defaultTtl).toBe(5);
    expect(await refusal(container.replace({ id, partitionKey: { paths: ["/other"] } }))).toMatchObject({
      code: 400,
    });
  });

  it("are listed, and gone with their items when deleted", async () => {
    const container = await account.container();
    await container.items.create({ id: "1", key: "a" });
    const listed = async (): Promise<string[]> =>
      (await account.database.containers.readAll().fetchAll()).resources.map(({ id }) => id);
    expect(await listed()).toContain(container.id);
    expect((await container.delete()).statusCode).toBe(204);
    expect(await listed()).not.toContain(container.id);
    await account.database.containers.create({ id: container.id, partitionKey: { paths: ["/key"] } });
    expect((await container.item("1", "a").read()).statusCode).toBe(404);
  });

  it.each([
    ["an id of 256 characters", { id: "x".repeat(256), partitionKey: { paths: ["/key"] } }],
    ["four partition key paths", { id: "x1", partitionKey: { paths: ["/a", "/b", "/c", "/d"] } }],
    ["a path without a slash", { id: "x2", partitionKey: { paths: ["key"] } }],
    ["a time to live of zero", { id: "x3", partitionKey: { paths: ["/key"] }, defaultTtl: 0 }],
    ["an unknown indexing mode", { id: "x4", indexingPolicy: { indexingMode: "eager" as "lazy" } }],
  ])("are refused with %s", async (_, definition) => {
    expect(await refusal(account.database.containers.create(definition))).toMatchObject({ code: 400 });
  });

  it("consist of one key range", async () => {
    const container = await account.container();
    const { resources } = await container.readPartitionKeyRanges().fetchAll();
    expect(resources).toMatchObject([{ id: "0", minInclusive: "", maxExclusive: "FF" }]);
    expect(await container.getFeedRanges()).toHaveLength(1);
  });

  it("are 404 in a database that is not there", async () => {
    expect(await refusal(account.client.database("nowhere").containers.create({ id: "c" }))).toMatchObject({
      code: 404,
    });
    expect(
      await refusal(account.client.database("nowhere").container("c").items.readAll().fetchAll()),
    ).toMatchObject({
      code: 404,
    });
  });
});

function plain(path: string): Promise<{ status: number | undefined; body: unknown }> {
  return new Promise((resolve, reject) => {
    const call = request(new URL(path, account.server.endpoint), (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, body: JSON.parse(text) as unknown }));
    });
    call.on("error", reject);
    call.end();
  });
}

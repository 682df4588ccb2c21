import { randomUUID } from "node:crypto";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { BlobServiceClient } from "@azure/storage-blob";
import { startCosmos } from "../../infra/local/cosmos/server.ts";
import { startBroker } from "../../infra/local/servicebus/broker.ts";
import { parseConfig } from "../../infra/local/servicebus/config.ts";
import { azureBlobs } from "../../engine/azure/blobs.ts";
import { BlobServer } from "./blob-server.ts";
import { clientOf as cosmosClient } from "./cosmos-account.ts";
import { clientOf, configOf } from "./servicebus-broker.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "deleted-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** The files below a folder that hold the text. */
async function filesWith(text: string, below = folder): Promise<string[]> {
  const entries = await readdir(below, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => path.join(parentPath, name));
  const found = await Promise.all(files.map(async (file) => (await readFile(file)).includes(text)));
  return files.filter((_, index) => found[index]);
}

describe("what was deleted is in no file of", () => {
  test("the Cosmos stand-in once it has ended, small or large, deleted or replaced", async () => {
    const server = await startCosmos({ dataDir: folder });
    const client = cosmosClient(server.endpoint, server.key);
    const { database } = await client.databases.create({ id: "d" });
    const { container } = await database.containers.create({ id: "c", partitionKey: { paths: ["/key"] } });
    for (let n = 0; n < 20; n++) {
      await container.items.create({ id: `small${n}`, key: "k", text: "deleted-quetzal" });
      await container.items.create({ id: `large${n}`, key: "k", text: "deleted-quetzal ".repeat(3_000) });
    }
    expect(await filesWith("deleted-quetzal")).not.toEqual([]);
    for (let n = 0; n < 20; n++) {
      await container.item(`small${n}`, "k").delete();
      await container.item(`large${n}`, "k").replace({ id: `large${n}`, key: "k", text: "kept" });
    }
    client.dispose();
    await server.close();
    expect(await filesWith("deleted-quetzal")).toEqual([]);
    expect(await filesWith("kept")).not.toEqual([]);
  });

  test("the broker once it has ended", async () => {
    const config = parseConfig(configOf({ queues: { q: {} } }));
    const broker = await startBroker({ config, dataDir: folder });
    const client = clientOf(broker);
    const sender = client.createSender("q");
    for (let n = 0; n < 20; n++) await sender.sendMessages({ body: "deleted-quetzal ".repeat(n * 300 + 1) });
    expect(await filesWith("deleted-quetzal")).not.toEqual([]);
    const receiver = client.createReceiver("q", { receiveMode: "receiveAndDelete" });
    for (let left = 20; left > 0;) left -= (await receiver.receiveMessages(left)).length;
    await sender.sendMessages({ body: "kept" });
    await client.close();
    await broker.close();
    expect(await filesWith("deleted-quetzal")).toEqual([]);
    expect(await filesWith("kept")).not.toEqual([]);
  });

  test("the blob service once it has started again, even after it was killed; what is there stays", async () => {
    const server = new BlobServer();
    try {
      await server.start();
      const blobs = azureBlobs(BlobServiceClient.fromConnectionString(server.connection));
      const name = randomUUID();
      for (let n = 0; n < 8; n++) {
        await blobs.put(`${name}/gone${n}`, Buffer.from("deleted-quetzal ".repeat(10_000)));
        await blobs.put(`${name}/kept${n}`, Buffer.from(`kept ${n} `.repeat(10_000)));
      }
      for (let n = 0; n < 8; n++) await blobs.delete(`${name}/gone${n}`);
      expect(await filesWith("deleted-quetzal", server.folder)).not.toEqual([]);
      await server.kill("SIGKILL");
      await server.start();
      expect(await filesWith("deleted-quetzal", server.folder)).toEqual([]);
      for (let n = 0; n < 8; n++) {
        const bytes = Buffer.from((await blobs.get(`${name}/kept${n}`)) ?? []);
        expect(bytes.equals(Buffer.from(`kept ${n} `.repeat(10_000)))).toBe(true);
      }
    } finally {
      await server.close();
    }
  });
});

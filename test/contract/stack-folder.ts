import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { CosmosClient } from "@azure/cosmos";
import { ServiceBusClient } from "@azure/service-bus";
import { BlobServiceClient } from "@azure/storage-blob";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { ReadyStack, StackOptions } from "../../infra/local/stack.ts";

/** Options of a stack that runs the fixture app on a data folder. */
export function stackOptions(dataDir: string): StackOptions {
  const appDir = path.resolve(import.meta.dirname, "../fixtures/stack-app");
  return { dataDir, appDir, topologyFile: path.join(appDir, "topology.json"), env: {}, quiet: true };
}

/** A temporary folder, and how to remove it. */
export function temporaryFolder(): { folder: string; remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-stack-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** Whether a process runs; one that has ended and waits for its parent does not. */
export function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self/stat") || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "latin1"));
  } catch {
    return false;
  }
}

/** Sends an event through the broker to the app, which keeps it in Cosmos; resolves when it is there. */
export async function passEvent(ready: ReadyStack, session: string, n: number): Promise<void> {
  const bus = new ServiceBusClient(ready.serviceBus);
  const cosmos = cosmosOf(ready);
  try {
    await bus
      .createSender("events")
      .sendMessages({ sessionId: session, body: { n }, messageId: `${session}-${n}` });
    for (const end = Date.now() + 20_000; ;) {
      const { resource } = await cosmos
        .database("caudal")
        .container("unified")
        .item(String(n), session)
        .read();
      if (resource !== undefined) return;
      if (Date.now() > end) throw new Error(`the event ${session} ${n} did not come through within 20 s`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await bus.close();
    cosmos.dispose();
  }
}

export function cosmosOf({ cosmos }: ReadyStack): CosmosClient {
  const { endpoint, key } = cosmos;
  return new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
}

/** Writes a blob and a row of this name. */
export async function writeEverywhere(ready: ReadyStack, name: string): Promise<void> {
  const blobs = BlobServiceClient.fromConnectionString(ready.blob).getContainerClient("kept");
  await blobs.createIfNotExists();
  await blobs.getBlockBlobClient(name).uploadData(Buffer.from(name));
  const mysql = await createConnection(ready.mysql);
  await mysql.query("CREATE DATABASE IF NOT EXISTS kept");
  await mysql.query("CREATE TABLE IF NOT EXISTS kept.names (name VARBINARY(100) PRIMARY KEY)");
  await mysql.query("INSERT INTO kept.names VALUES (?)", [name]);
  await mysql.end();
}

/** The names of blobs and of rows. */
export async function readEverywhere(ready: ReadyStack): Promise<{ blobs: string[]; rows: string[] }> {
  const container = BlobServiceClient.fromConnectionString(ready.blob).getContainerClient("kept");
  const blobs: string[] = [];
  for await (const blob of container.listBlobsFlat()) {
    blobs.push((await container.getBlockBlobClient(blob.name).downloadToBuffer()).toString());
  }
  const mysql = await createConnection(ready.mysql);
  const [rows] = await mysql.query<RowDataPacket[]>("SELECT name FROM kept.names ORDER BY name");
  await mysql.end();
  return { blobs, rows: rows.map((row) => String(row["name"])) };
}

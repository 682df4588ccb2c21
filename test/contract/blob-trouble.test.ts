import { createHash, randomBytes } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { azureBlobs, BLOB_OPTIONS } from "../../engine/azure/blobs.ts";
import { ChangedBlobError } from "../../engine/errors/changed-blob-error.ts";
import { UnavailableError } from "../../engine/errors/unavailable-error.ts";
import type { Blobs } from "../../engine/ports.ts";
import { blobConnection, BlobServer } from "./blob-server.ts";

const open = (connection: string): Blobs =>
  azureBlobs(BlobServiceClient.fromConnectionString(connection, BLOB_OPTIONS));

describe("a blob service that is killed while it writes", () => {
  const server = new BlobServer();
  beforeAll(() => server.start());
  afterAll(() => server.close());

  it("has all that it acknowledged when it is back, and serves on", async () => {
    const kept = new Map<string, string>();
    const errors: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const blobs = open(server.connection);
      let killed: Promise<void> | undefined;
      const writer = async (n: number): Promise<void> => {
        for (let i = 0; i < 100; i++) {
          const bytes = randomBytes(300_000);
          const name = `${round}/${n}/${i}`;
          try {
            await blobs.put(name, bytes);
          } catch (error) {
            errors.push(error);
            return;
          }
          kept.set(name, hash(bytes));
          if (kept.size % 20 === 15) killed ??= server.kill("SIGKILL");
        }
      };
      await Promise.all([0, 1, 2, 3].map(writer));
      await killed;
      await server.start();
      for (const [name, expected] of kept)
        expect([name, hash(await blobs.get(name))]).toEqual([name, expected]);
    }
    expect(kept.size).toBeGreaterThan(30);
    expect(errors.filter((error) => !(error instanceof UnavailableError))).toEqual([]);
    expect(errors.length).toBeGreaterThan(3);
  });
});

describe("a blob service that goes away while it is read from", () => {
  it("breaks the stream off with an UnavailableError", async () => {
    const server = new BlobServer();
    await server.start();
    try {
      const blobs = open(server.connection);
      await blobs.put("large", randomBytes(9_000_000));
      const stream = await blobs.stream("large");
      const pieces = stream?.bytes[Symbol.asyncIterator]();
      expect((await pieces?.next())?.done).toBe(false);
      await server.kill("SIGKILL");
      await expect(pieces?.next()).rejects.toThrow(UnavailableError);
    } finally {
      await server.close();
    }
  });
});

describe("while the service", () => {
  const calls: [string, (blobs: Blobs) => Promise<unknown>][] = [
    ["put", (blobs) => blobs.put("a", Buffer.from("a"))],
    ["get", (blobs) => blobs.get("a")],
    ["delete", (blobs) => blobs.delete("a")],
    ["stream", (blobs) => blobs.stream("a")],
    ["uploadAddress", (blobs) => blobs.uploadAddress("a", Date.now() + 60_000)],
  ];

  it.each(calls)("is not there, %s throws an UnavailableError", async (_name, call) => {
    const server = await silent((_, response) => response.end());
    const { port } = server.address() as AddressInfo;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(call(open(blobConnection(port)))).rejects.toThrow(UnavailableError);
  });

  it.each([
    ["asks for less", 503],
    ["fails inside", 500],
    ["refuses too many", 429],
  ])("%s (%i), put throws an UnavailableError", async (_what, status) => {
    const server = await silent((_, response) => response.writeHead(status).end());
    const { port } = server.address() as AddressInfo;
    await expect(open(blobConnection(port)).put("a", Buffer.from("a"))).rejects.toThrow(UnavailableError);
    server.close();
  });

  it("takes a request and does not answer, get throws an UnavailableError in the end", async () => {
    const server = await silent(() => {});
    const { port } = server.address() as AddressInfo;
    await expect(open(blobConnection(port)).get("a")).rejects.toThrow(
      new UnavailableError("Blob Storage: no answer within 8000 ms"),
    );
    server.closeAllConnections();
    server.close();
  });

  it("knows neither blob nor container, get and delete find nothing there", async () => {
    const server = await silent((_, response) => response.writeHead(404).end());
    const { port } = server.address() as AddressInfo;
    const blobs = open(blobConnection(port));
    expect(await blobs.get("a")).toBeUndefined();
    await blobs.delete("a");
    server.close();
  });

  it("has a blob no more (404) whose stream has begun, the stream throws a ChangedBlobError", async () => {
    const server = await silent(({ method }, response) => {
      if (method === "HEAD") response.writeHead(200, { etag: '"1"', "content-length": 10 }).end();
      else response.writeHead(404).end();
    });
    const { port } = server.address() as AddressInfo;
    const stream = await open(blobConnection(port)).stream("a");
    await expect(stream?.bytes[Symbol.asyncIterator]().next()).rejects.toThrow(ChangedBlobError);
    server.closeAllConnections();
    server.close();
  });

  it("refuses for good (403), the error is its own", async () => {
    const server = await silent((_, response) => response.writeHead(403).end());
    const { port } = server.address() as AddressInfo;
    await expect(open(blobConnection(port)).get("a")).rejects.toMatchObject({ statusCode: 403 });
    server.close();
  });
});

function hash(bytes: Uint8Array | undefined): string {
  return createHash("sha256")
    .update(bytes ?? "nothing")
    .digest("hex");
}

async function silent(answer: Parameters<typeof createServer>[1] & object): Promise<Server> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server;
}

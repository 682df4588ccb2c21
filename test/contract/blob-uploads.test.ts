import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openBlobs } from "../../engine/azure/open.ts";
import { uploadAddress } from "../../engine/azure/upload-address.ts";
import type { Blobs } from "../../engine/ports.ts";
import { BlobServer } from "./blob-server.ts";

const MINUTE = 60_000;
const NOW = Date.now();

/** Puts `text` as whoever has the address. */
async function put(address: string, text: string): Promise<number> {
  const headers = { "x-ms-blob-type": "BlockBlob" };
  const response = await fetch(address, { method: "PUT", headers, body: text });
  return response.status;
}

/** The same signature at another blob. */
function elsewhere(address: string, name: string): string {
  const url = new URL(address);
  url.pathname = url.pathname.replace(/[^/]+$/, name);
  return url.href;
}

describe("an upload address", () => {
  const server = new BlobServer();
  let blobs: Blobs;
  beforeAll(async () => {
    await server.start();
    blobs = openBlobs(server.connection);
  });
  afterAll(() => server.close());

  const text = async (name: string): Promise<string> => Buffer.from((await blobs.get(name)) ?? []).toString();

  it("takes bytes for that name, before anything was put at all, and again", async () => {
    const address = await blobs.uploadAddress("uploads/á b.csv", NOW + 10 * MINUTE);
    expect(await put(address, "a,b")).toBe(201);
    expect(await text("uploads/á b.csv")).toBe("a,b");
    expect(await put(address, "c,d")).toBe(201);
    expect(await text("uploads/á b.csv")).toBe("c,d");
  });

  it("takes blocks and their list, as the tools of Azure send what is large", async () => {
    const address = await blobs.uploadAddress("uploads/blocks", NOW + 10 * MINUTE);
    const id = Buffer.from("1").toString("base64");
    const block = await fetch(`${address}&comp=block&blockid=${id}`, { method: "PUT", body: "a,b" });
    expect(block.status).toBe(201);
    const list = `<?xml version="1.0"?><BlockList><Latest>${id}</Latest></BlockList>`;
    expect((await fetch(`${address}&comp=blocklist`, { method: "PUT", body: list })).status).toBe(201);
    expect(await text("uploads/blocks")).toBe("a,b");
  });

  it("opens no other blob, and neither reads, lists nor deletes", async () => {
    const address = await blobs.uploadAddress("uploads/mine", NOW + 10 * MINUTE);
    expect(await put(address, "mine")).toBe(201);
    expect(await put(elsewhere(address, "other"), "other")).toBe(403);
    expect(await blobs.get("uploads/other")).toBeUndefined();
    expect((await fetch(address)).status).toBe(403);
    expect((await fetch(address, { method: "DELETE" })).status).toBe(403);
    const container = new URL(address);
    container.pathname = container.pathname.replace(/\/uploads\/mine$/, "");
    expect((await fetch(`${container.href}&restype=container&comp=list`)).status).toBe(403);
    expect(await text("uploads/mine")).toBe("mine");
  });

  it("is of no use after its time", async () => {
    const address = await blobs.uploadAddress("uploads/late", NOW - MINUTE);
    expect(await put(address, "late")).toBe(403);
    expect(await blobs.get("uploads/late")).toBeUndefined();
  });
});

describe("an upload address of an account that is reached with an identity", () => {
  it("is signed with a key that the identity is given for that time", async () => {
    const identity = { getToken: async () => null };
    const client = new BlobServiceClient("https://account.blob.core.windows.net", identity);
    const until = new Date("2026-01-01T00:10:00Z");
    const given = vi.spyOn(client, "getUserDelegationKey").mockResolvedValue({
      signedObjectId: "the-identity",
      signedTenantId: "the-tenant",
      signedStartsOn: new Date("2026-01-01T00:00:00Z"),
      signedExpiresOn: until,
      signedService: "b",
      signedVersion: "2026-02-06",
      value: Buffer.alloc(32, 1).toString("base64"),
    } as Awaited<ReturnType<typeof client.getUserDelegationKey>>);
    const blob = client.getContainerClient("caudal").getBlockBlobClient("uploads/a");
    const address = new URL(await uploadAddress(client, blob, until.getTime(), AbortSignal.timeout(10_000)));
    expect(given.mock.calls[0]?.[1]).toEqual(until);
    expect(address.origin + address.pathname).toBe(blob.url);
    expect(Object.fromEntries(address.searchParams)).toMatchObject({
      sp: "cw",
      sr: "b",
      spr: "https",
      skoid: "the-identity",
      sktid: "the-tenant",
      se: "2026-01-01T00:10:00Z",
    });
  });
});

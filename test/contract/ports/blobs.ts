import { randomBytes, randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { ChangedBlobError } from "../../../engine/errors/changed-blob-error.ts";
import type { Blobs } from "../../../engine/ports.ts";

/** What every blob store behind the port `Blobs` must do. */
export function blobsContract(open: () => Blobs): void {
  let blobs: Blobs;
  let name: string;
  beforeEach(() => {
    blobs = open();
    name = `claims/${randomUUID()}/a`;
  });
  const text = async (): Promise<string | undefined> => {
    const bytes = await blobs.get(name);
    return bytes && Buffer.from(bytes).toString();
  };

  describe("the port Blobs", () => {
    it("has nothing under a name that nothing was put under", async () => {
      expect(await blobs.get(name)).toBeUndefined();
    });

    it("gives back what was put, byte by byte", async () => {
      for (const bytes of [randomBytes(2_000_000), Buffer.from("ñ"), Buffer.alloc(0)]) {
        await blobs.put(name, bytes);
        expect(bytes.equals((await blobs.get(name)) ?? Buffer.from("nothing"))).toBe(true);
      }
    });

    it("keeps what it was given, whatever becomes of the caller's bytes", async () => {
      const bytes = Buffer.from("first");
      await blobs.put(name, bytes);
      bytes.fill("x");
      expect(await text()).toBe("first");
    });

    it("replaces what had the name, and leaves other names alone", async () => {
      await blobs.put(name, Buffer.from("first"));
      await blobs.put(`${name}b`, Buffer.from("another"));
      await blobs.put(name, Buffer.from("2"));
      expect(await text()).toBe("2");
    });

    it("streams what was put, byte by byte, and says how many", async () => {
      expect(await blobs.stream(name)).toBeUndefined();
      for (const bytes of [randomBytes(9_000_000), randomBytes(4 * 1024 * 1024), Buffer.alloc(0)]) {
        await blobs.put(name, bytes);
        const stream = await blobs.stream(name);
        expect(stream?.size).toBe(bytes.length);
        expect(bytes.equals(await all(stream?.bytes))).toBe(true);
      }
    });

    it("takes bytes of any size as they come", async () => {
      for (const size of [0, 1, 4 * 1024 * 1024, 9_000_000]) {
        const bytes = randomBytes(size);
        await blobs.putStream(name, inPieces(bytes, 100_000));
        expect(bytes.equals((await blobs.get(name)) ?? Buffer.from("nothing"))).toBe(true);
      }
    });

    it("keeps what had the name where bytes do not come to their end, and rejects with why", async () => {
      await blobs.put(name, Buffer.from("first"));
      const broken = async function* (): AsyncGenerator<Uint8Array> {
        yield randomBytes(5_000_000);
        throw new Error("the source broke off");
      };
      await expect(blobs.putStream(name, broken())).rejects.toThrow("the source broke off");
      expect(await text()).toBe("first");
    });

    it("has one of two that stream to a name at once, whole", async () => {
      const both = [Buffer.alloc(9_000_000, 1), Buffer.alloc(9_000_000, 2)];
      const ended = await Promise.allSettled(
        both.map((bytes) => blobs.putStream(name, inPieces(bytes, 1_000_000))),
      );
      expect(ended.some(({ status }) => status === "fulfilled")).toBe(true);
      const got = Buffer.from((await blobs.get(name)) ?? []);
      expect(both.some((bytes) => bytes.equals(got))).toBe(true);
    });

    it("names each put by an etag of its own", async () => {
      await blobs.put(name, Buffer.from("first"));
      const first = await blobs.stream(name);
      expect((await blobs.stream(name))?.etag).toBe(first?.etag);
      await blobs.put(name, Buffer.from("first"));
      expect((await blobs.stream(name))?.etag).not.toBe(first?.etag);
    });

    const changes: [string, () => Promise<void>][] = [
      ["replaced", () => blobs.put(name, Buffer.alloc(9_000_000, 2))],
      ["deleted", () => blobs.delete(name)],
    ];
    it.each(changes)("does not go on with a blob that is %s while it streams", async (_how, change) => {
      await blobs.put(name, Buffer.alloc(9_000_000, 1));
      const stream = await blobs.stream(name);
      const pieces = stream?.bytes[Symbol.asyncIterator]();
      const first = await pieces?.next();
      expect(Buffer.from((first?.value as Uint8Array | undefined) ?? []).every((byte) => byte === 1)).toBe(
        true,
      );
      await change();
      await expect(pieces?.next()).rejects.toThrow(ChangedBlobError);
    });

    it("deletes, and deletes what is not there", async () => {
      await blobs.put(name, Buffer.from("first"));
      await blobs.delete(name);
      await blobs.delete(name);
      expect(await text()).toBeUndefined();
    });

    it("lists what has a prefix, and nothing else", async () => {
      const listed = async (prefix: string): Promise<string[]> => {
        const names: string[] = [];
        for await (const each of blobs.list(prefix)) names.push(each);
        return names.toSorted();
      };
      expect(await listed(`${name}/`)).toEqual([]);
      const names = Array.from({ length: 12 }, (_, n) => `${name}/${String(n).padStart(2, "0")}`);
      await Promise.all([...names, name, `${name}b`].map((each) => blobs.put(each, Buffer.from(each))));
      expect(await listed(`${name}/`)).toEqual(names);
      await blobs.delete(`${name}/03`);
      expect(await listed(`${name}/0`)).toEqual(names.slice(0, 10).filter((each) => each !== `${name}/03`));
    });

    it("takes many at once", async () => {
      const names = Array.from({ length: 30 }, (_, n) => `${name}/${n}`);
      await Promise.all(names.map((each) => blobs.put(each, Buffer.from(each))));
      const got = await Promise.all(names.map((each) => blobs.get(each)));
      expect(got.map((bytes) => Buffer.from(bytes ?? []).toString())).toEqual(names);
    });
  });
}

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size);
}

async function all(bytes: AsyncIterable<Uint8Array> | undefined): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of bytes ?? []) pieces.push(piece);
  return Buffer.concat(pieces);
}

import { createHash } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { measured } from "../../../../engine/datasets/load/measured.ts";

async function* given(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield chunk;
}

describe("measured bytes", () => {
  it("are the same bytes, with their number and their hash, however they come in chunks", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 })), async (chunks) => {
        const source = measured(given(chunks));
        const seen: Uint8Array[] = [];
        for await (const chunk of source.bytes) seen.push(chunk);
        const all = Buffer.concat(seen);
        expect(all).toEqual(Buffer.concat(chunks));
        expect(source.size()).toBe(all.length);
        expect(source.sha256()).toBe(createHash("sha256").update(all).digest("hex"));
      }),
    );
  });

  it("are let go as they go by", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    async function* many(): AsyncGenerator<Uint8Array> {
      for (let chunk = 0; chunk < 200; chunk++) yield Buffer.allocUnsafeSlow(1024 * 1024);
    }
    const before = process.memoryUsage().arrayBuffers;
    const source = measured(many(), new AbortController().signal);
    for await (const _ of source.bytes) {
      // Chunks are collected one by one; what is asked is whether they can be.
      if (source.size() % (50 * 1024 * 1024) === 0) await setImmediate();
    }
    await setImmediate();
    collect();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50 * 1024 * 1024);
  });

  it("have no hash before their end", async () => {
    const source = measured(given([Buffer.from("a"), Buffer.from("b")]));
    for await (const _ of source.bytes) break;
    expect(() => source.sha256()).toThrow("the end of the file was not read");
  });

  it("end with the signal's reason while no byte comes at all", async () => {
    const stop = new AbortController();
    async function* never(): AsyncGenerator<Uint8Array> {
      yield Buffer.from("a");
      await new Promise(() => {});
    }
    const source = measured(never(), stop.signal);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of source.bytes) {
        seen.push(Buffer.from(chunk).toString());
        queueMicrotask(() => stop.abort(new Error("cancelled")));
      }
    })();
    await expect(reading).rejects.toThrow("cancelled");
    expect(seen).toEqual(["a"]);
  });

  it("tell the source when nobody wants more", async () => {
    let told = false;
    async function* source(): AsyncGenerator<Uint8Array> {
      try {
        yield Buffer.from("a");
        yield Buffer.from("b");
      } finally {
        told = true;
      }
    }
    for await (const _ of measured(source()).bytes) break;
    expect(told).toBe(true);
  });
});

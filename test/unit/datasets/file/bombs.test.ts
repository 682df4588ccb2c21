import { constants, deflateRawSync, gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { HARMLESS_BYTES, LARGEST_RATIO, refuseBomb } from "../../../../engine/datasets/file/packed/bomb.ts";
import { unpacked } from "../../../../engine/datasets/file/packed/unpacked.ts";
import { cutInto, faultOf, sourceOf } from "./chunks.ts";
import { entryBytes } from "./zip-file.ts";

const MIB = 1024 * 1024;

/** 10 GiB of spaces, deflated to 10 MB: a block of a MiB, over and over. */
function* deflatedSpaces(): Generator<Uint8Array, void, void> {
  const block = deflateRawSync(Buffer.alloc(MIB, " "), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  for (let mib = 0; mib < 10 * 1024; mib++) yield block;
}

/** How much comes out of what is packed before it is refused, and how much went in. */
async function readUntilRefused(
  chunks: Iterable<Uint8Array>,
): Promise<{ fault: string; out: number; chunks: number }> {
  const source = sourceOf(chunks);
  let out = 0;
  const read = async (): Promise<void> => {
    for await (const chunk of unpacked(source)) out += chunk.length;
  };
  const fault = await faultOf(read());
  expect(source.closed()).toBe(true);
  return { fault, out, chunks: source.asked() };
}

test("10 MB that unpack to 10 GiB are refused when 100 MiB have come out", async () => {
  const gzip = function* (): Generator<Uint8Array, void, void> {
    yield gzipSync("").subarray(0, 10);
    yield* deflatedSpaces();
  };
  const nothing = { bytes: new Uint8Array(0), crc: 0, size: 0 };
  const zip = function* (): Generator<Uint8Array, void, void> {
    const head = { name: "a.csv", packed: nothing, behind: { mark: true, wide: false } };
    yield entryBytes(head).subarray(0, -16);
    yield* deflatedSpaces();
  };
  for (const bomb of [gzip(), zip()]) {
    const { fault, out, chunks } = await readUntilRefused(bomb);
    expect(fault).toMatch("unpacks to more than 100 times its size");
    expect(out).toBeGreaterThan(99 * MIB);
    expect(out).toBeLessThanOrEqual(100 * MIB);
    // Each is of a MiB: what is behind them was not even asked for.
    expect(chunks).toBeLessThan(110);
  }
});

test("a bomb beside the file is one as well", async () => {
  const zip = function* (): Generator<Uint8Array, void, void> {
    const nothing = { bytes: new Uint8Array(0), crc: 0, size: 0 };
    yield entryBytes({ name: "a.csv", content: "a,b\n" });
    yield entryBytes({ name: "__MACOSX/x", packed: nothing, behind: { mark: true, wide: false } }).subarray(
      0,
      -16,
    );
    yield* deflatedSpaces();
  };
  expect((await readUntilRefused(zip())).fault).toMatch("unpacks to more than 100 times its size");
});

test("a file of 110 MB that packs well, but as a file does, is none", async () => {
  // One letter in 60 is another than the one before it.
  const row = Array.from(
    { length: 2000 },
    (_, i) => `${String.fromCharCode(97 + ((i * i * 7919) % 23)).repeat(60)}\n`,
  );
  const packed = gzipSync(Buffer.alloc(110 * MIB, row.join("")), { level: 1 });
  let out = 0;
  for await (const chunk of unpacked(sourceOf(cutInto(packed, [64 * 1024])))) out += chunk.length;
  expect(out).toBe(110 * MIB);
});

test("it takes both: more than 100 MiB, and more than 100 times what went in", () => {
  expect(() => refuseBomb(1, HARMLESS_BYTES)).not.toThrow();
  expect(() => refuseBomb(1, HARMLESS_BYTES + 1)).toThrow("that is not taken");
  const large = 10 * HARMLESS_BYTES;
  expect(() => refuseBomb(large / LARGEST_RATIO, large)).not.toThrow();
  expect(() => refuseBomb(large / LARGEST_RATIO - 1, large)).toThrow("that is not taken");
});

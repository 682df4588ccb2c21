import fc from "fast-check";
import { expect, test } from "vitest";
import { type ByteReader, byteReader } from "../../../../engine/datasets/file/byte-reader.ts";
import { cutInto, sourceOf } from "./chunks.ts";

/** Where a reader is, and what it reads. */
interface Reading {
  readonly reader: ByteReader;
  readonly bytes: Uint8Array;
  at: number;
}

/** What can be done with a reader: what it gives, and what it must give. */
const STEPS = {
  async chunk(reading: Reading) {
    const { reader, bytes, at } = reading;
    const got = await reader.chunk();
    // As many as it likes, but at least one where there is one.
    const expected = bytes.subarray(at, at + Math.max(1, got?.length ?? 1));
    reading.at += expected.length;
    return [got, expected.length > 0 ? expected : undefined];
  },
  async peek({ reader, bytes, at }: Reading, size: number) {
    return [await reader.peek(size), bytes.subarray(at, at + size)];
  },
  async take(reading: Reading, size: number) {
    const { reader, bytes, at } = reading;
    const expected = at + size > bytes.length ? undefined : bytes.subarray(at, at + size);
    reading.at += expected?.length ?? 0;
    return [await reader.take(size), expected];
  },
  async unread(reading: Reading, size: number) {
    const back = Math.min(size, reading.at);
    reading.reader.unread(reading.bytes.slice(reading.at - back, reading.at));
    reading.at -= back;
    return Promise.resolve([]);
  },
};

test("whatever is peeked at, taken and put back, the bytes come in their order and none is lost", async () => {
  const step = fc.tuple(
    fc.constantFrom("chunk" as const, "peek" as const, "take" as const, "unread" as const),
    fc.nat(20),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      sizes,
      fc.array(step),
      async (bytes, sizes, steps) => {
        const reading = { reader: byteReader(sourceOf(cutInto(bytes, sizes))), bytes, at: 0 };
        for (const [step, size] of steps) {
          const [got, expected] = await STEPS[step](reading, size);
          expect(got && [...got]).toEqual(expected && [...expected]);
        }
      },
    ),
  );
});

test("chunks pass without a copy, and none is asked for before it is wanted", async () => {
  const chunks = [Buffer.from("one"), Buffer.from("two")];
  const source = sourceOf(chunks);
  const reader = byteReader(source);
  expect(source.asked()).toBe(0);
  expect(await reader.chunk()).toBe(chunks[0]);
  expect(source.asked()).toBe(1);
  await reader.close();
  expect(source.closed()).toBe(true);
  expect(await reader.chunk()).toBeUndefined();
});

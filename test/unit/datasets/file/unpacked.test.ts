import { deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { unpacked } from "../../../../engine/datasets/file/packed/unpacked.ts";
import { allOf, cutInto, faultOf, outcomeOf, sourceOf, textOf } from "./chunks.ts";
import { zipOf } from "./zip-file.ts";

const CSV = "a,b\n1,2\n";
/** Packs to more than a few bytes. */
const MIXED = Array.from({ length: 600 }, (_, i) =>
  String.fromCharCode(44 + (((i ** 3 * 7919) % 8191) % 79)),
).join("");

function faultIn(bytes: Uint8Array): Promise<string> {
  return faultOf(allOf(unpacked(sourceOf([bytes]))));
}

test("what is not packed passes in the chunks in which it came", async () => {
  const chunks = [Buffer.from(CSV.repeat(100)), Buffer.from(CSV)];
  const got: Uint8Array[] = [];
  for await (const chunk of unpacked(sourceOf(chunks))) got.push(chunk);
  expect(got[0]).toBe(chunks[0]);
  expect(got).toEqual(chunks);
  expect(await textOf(unpacked(sourceOf([])))).toBe("");
});

test("gzip is unpacked whatever the file is called: several members, padded with zeros, in chunks of any size", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string(), { minLength: 1 }),
      fc.nat(600),
      sizes,
      async (texts, zeros, sizes) => {
        // How a file begins is looked at in one piece: what shall come in several stands behind that.
        texts[0] = MIXED;
        const members = texts.map((text) => gzipSync(`,${text}`));
        const file = Buffer.concat([...members, Buffer.alloc(zeros)]);
        expect(await textOf(unpacked(sourceOf(cutInto(file, sizes))))).toBe(`,${texts.join(",")}`);
      },
    ),
    { numRuns: 40 },
  );
});

test("gzip that is damaged, cut off or followed by something is a fault", async () => {
  const packed = gzipSync(CSV.repeat(1000));
  for (const length of [2, 5, 10, packed.length - 9, packed.length - 4, packed.length - 1]) {
    expect(await faultIn(packed.subarray(0, length))).toBe("the gzip file is cut off: its end is missing");
  }
  const altered = Buffer.from(packed);
  altered.writeUInt32LE(0, packed.length - 8);
  expect(await faultIn(altered)).toBe("the gzip file is damaged: incorrect data check");
  const lengthened = Buffer.from(packed);
  lengthened.writeUInt32LE(1, packed.length - 4);
  expect(await faultIn(lengthened)).toBe("the gzip file is damaged: incorrect length check");
  for (const behind of ["xy", "a,b\n1,2\n", "\0x", "\0".repeat(70_000) + "x"]) {
    const file = Buffer.concat([packed, Buffer.from(behind)]);
    for (const sizes of [[], [packed.length], [packed.length + 1]]) {
      expect(await faultOf(allOf(unpacked(sourceOf(cutInto(file, sizes)))))).toBe(
        "the gzip file has other bytes behind its end",
      );
    }
  }
  expect(await faultIn(Buffer.from([0x1f, 0x8b, 7, 0, 0, 0, 0, 0, 0, 0, 1]))).toMatch(
    "the gzip file is damaged",
  );
});

test("what is packed twice is not unpacked twice", async () => {
  const zip = zipOf([{ name: "a.csv", content: CSV }]);
  expect(await faultIn(gzipSync(zip))).toBe("the file is a zip in a gzip: pack it once");
  expect(await faultIn(gzipSync(gzipSync(CSV)))).toBe("the file is a gzip in a gzip: pack it once");
  expect(await faultIn(zipOf([{ name: "a", content: zip }]))).toBe(
    "the file is a zip in a zip: pack it once",
  );
  expect(await faultIn(zipOf([{ name: "a", content: gzipSync(CSV) }]))).toBe(
    "the file is a gzip in a zip: pack it once",
  );
});

test("files of another kind are told by how they begin, packed or not", async () => {
  const tar = Buffer.concat([Buffer.alloc(257, "a"), Buffer.from("ustar\0")]);
  const kinds: readonly (readonly [string | Buffer, string])[] = [
    ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "of the old kind (.xls)"],
    ["%PDF-1.7", "a PDF document"],
    ["\x89PNG\r\n\x1a\n", "a PNG image"],
    ["\xff\xd8\xff\xe0", "a JPEG image"],
    ["GIF89a\x01\x00\x01\x00", "a GIF image"],
    ["II*\0", "a TIFF image"],
    ["RIFF\x10\0\0\0WEBPVP8 ", "a WebP image"],
    ["PAR1\x15\0", "a Parquet file"],
    ["Obj\x01\x04", "an Avro file"],
    ["SQLite format 3\0", "an SQLite database"],
    ["7z\xbc\xaf\x27\x1c", "a 7-Zip archive"],
    ["Rar!\x1a\x07\x01", "a RAR archive"],
    ["\xfd7zXZ\0", "an xz file"],
    ["BZh91AY&SY", "a bzip2 file"],
    ["\x28\xb5\x2f\xfd", "a Zstandard file"],
    [tar, "a tar archive"],
  ];
  for (const [beginning, kind] of kinds) {
    const bytes = typeof beginning === "string" ? Buffer.from(beginning, "latin1") : beginning;
    const file = Buffer.concat([bytes, Buffer.alloc(300, "x")]);
    for (const sent of [file, gzipSync(file), zipOf([{ name: "a.csv", content: file }])]) {
      const fault = await faultIn(sent);
      expect(fault).toMatch(/^the file is an? /);
      expect(fault).toMatch(kind);
    }
  }
});

test("headers that begin as other files do are no such files", async () => {
  for (const header of [
    "PAR1,b\n",
    "GIF89a,b\n",
    "BZh9,b\n",
    "PK,b\n",
    "RIFF,x,WEBP\n",
    "II,b\n",
    "Obj,b\n",
    "%PDF\n",
  ]) {
    expect(await textOf(unpacked(sourceOf([Buffer.from(header)])))).toBe(header);
  }
  // Bare zlib data has no magic: what it is shows when its records are read.
  const bare = deflateSync(CSV);
  expect(await allOf(unpacked(sourceOf([bare])))).toEqual(bare);
});

test("no more is unpacked than is read, and who leaves early ends the source", async () => {
  const packed = gzipSync(Buffer.alloc(50_000_000, "abc,"), { level: 1 });
  for (const file of [packed, zipOf([{ name: "a.csv", content: Buffer.alloc(50_000_000, "abc,") }])]) {
    const source = sourceOf(cutInto(file, [1000]));
    let size = 0;
    for await (const chunk of unpacked(source)) if ((size += chunk.length) > 100_000) break;
    expect(size).toBeLessThan(1_000_000);
    expect(source.asked()).toBeLessThan(10);
    expect(source.closed()).toBe(true);
  }
});

test("the error of a source passes through", async () => {
  const broken = async function* (): AsyncGenerator<Uint8Array> {
    yield gzipSync(MIXED).subarray(0, 300);
    throw new Error("the client went away");
  };
  await expect(allOf(unpacked(broken()))).rejects.toThrow("the client went away");
});

test("bytes of any kind end with a file or a fault", async () => {
  const beginning = fc.constantFrom(
    "",
    "\x1f\x8b",
    "\x1f\x8b\x08\0",
    "PK\x03\x04",
    "PK\x05\x06",
    "PK\x07\x08PK\x03\x04",
  );
  const tail = fc.uint8Array({ maxLength: 200 });
  await fc.assert(
    fc.asyncProperty(beginning, tail, fc.integer({ min: 1, max: 60 }), async (beginning, tail, size) => {
      const source = sourceOf(cutInto(Buffer.concat([Buffer.from(beginning, "latin1"), tail]), [size]));
      await outcomeOf(allOf(unpacked(source)));
      expect(source.closed()).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test("a file with any of its bytes altered is a fault, or the same", async () => {
  const content = `${CSV}${"x,y\n".repeat(20)}`;
  const files = [gzipSync(content), zipOf([{ name: "a.csv", content, behind: { mark: true, wide: false } }])];
  for (const file of files) {
    for (let at = 0; at < file.length; at++) {
      for (const bit of [1, 0x80]) {
        const altered = Buffer.from(file);
        altered[at] = (altered[at] ?? 0) ^ bit;
        // Without their magic they are no longer packed.
        if (at < 4) continue;
        const outcome = await outcomeOf(textOf(unpacked(sourceOf([altered]))));
        expect("fault" in outcome ? content : outcome.value).toBe(content);
      }
    }
  }
});

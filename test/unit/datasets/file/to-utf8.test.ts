import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { toUtf8 } from "../../../../engine/datasets/file/text/to-utf8.ts";
import { FileFaultError } from "../../../../engine/errors/file-fault-error.ts";
import { allOf, cutInto, faultOf, outcomeOf, sourceOf } from "./chunks.ts";

/** What becomes of a file that comes in chunks of these sizes. */
async function converted(file: Uint8Array, asked?: string, sizes: readonly number[] = []) {
  const source = sourceOf(cutInto(file, sizes));
  const utf8 = toUtf8(source, asked);
  const out = await allOf(utf8.bytes);
  expect(source.closed()).toBe(true);
  return { out, text: out.toString("utf8"), encoding: utf8.encoding() };
}

/** As windows-1252, of which the tests need these characters. */
function latin1(text: string): Buffer {
  return Buffer.from(text.replaceAll("€", "\x80").replaceAll("’", "\x92"), "latin1");
}

function utf16(text: string, order: "le" | "be"): Buffer {
  const bytes = Buffer.from(text, "utf16le");
  return order === "le" ? bytes : bytes.swap16();
}

const TEXT = "año,€\n1,J’👍\n";

test("UTF-8 stays as it is, and loses the mark at its beginning", async () => {
  expect(await converted(Buffer.from(TEXT))).toMatchObject({ text: TEXT, encoding: "utf-8" });
  expect(await converted(Buffer.from(`\ufeff${TEXT}`))).toMatchObject({ text: TEXT, encoding: "utf-8" });
  expect(await converted(Buffer.from(`\ufeff\ufeff${TEXT}`))).toMatchObject({ text: `\ufeff${TEXT}` });
  expect(await converted(Buffer.from("\ufeff"))).toMatchObject({ text: "", encoding: "utf-8" });
  expect(await converted(Buffer.alloc(0))).toMatchObject({ text: "", encoding: "utf-8" });
});

test("UTF-16 is told by its mark, and by its NULs", async () => {
  for (const order of ["le", "be"] as const) {
    const encoding = `utf-16${order}`;
    expect(await converted(utf16(`\ufeff${TEXT}`, order))).toMatchObject({ text: TEXT, encoding });
    expect(await converted(utf16(`\ufeff主,表\n`, order))).toMatchObject({ text: "主,表\n", encoding });
    expect(await converted(utf16(TEXT, order))).toMatchObject({ text: TEXT, encoding });
    expect(await converted(utf16("a,b\n", order))).toMatchObject({ text: "a,b\n", encoding });
  }
});

test("NULs here and there make no UTF-16", async () => {
  for (const text of ["a,b\n1,\0\n", "\0", "\0\0\0\0", "\0\0,\0\n", "a,b\n\0".repeat(10)]) {
    const { encoding, out } = await converted(Buffer.from(text));
    expect(encoding).toBe("utf-8");
    expect(out).toEqual(Buffer.from(text));
  }
});

test("half a pair of surrogates, and half a unit, become a byte that no UTF-8 has", async () => {
  const high = "\ud83d";
  const low = "\udc4d";
  for (const order of ["le", "be"] as const) {
    const out = async (text: string): Promise<string> =>
      (await converted(utf16(`\ufeff${text}`, order))).out.toString("latin1");
    expect(await out(`a${low}b`)).toBe("a\xffb");
    expect(await out(`a${high}b`)).toBe("a\xffb");
    expect(await out(`${high}${high}${low}${low}`)).toBe(`\xff${Buffer.from("👍").toString("latin1")}\xff`);
    expect(await out(`a${high}`)).toBe("a\xff");
    const half = Buffer.concat([utf16("\ufeffab", order), Buffer.from("c")]);
    expect((await converted(half)).out.toString("latin1")).toBe("ab\xff");
  }
});

test("UTF-32 is a fault", async () => {
  for (const mark of [
    [0xff, 0xfe, 0, 0, 97, 0, 0, 0],
    [0, 0, 0xfe, 0xff, 0, 0, 0, 97],
  ]) {
    expect(await faultOf(converted(Buffer.from(mark)))).toBe(
      "the file is UTF-32, which is not read: save it as UTF-8",
    );
  }
});

test("the first bytes that are not ASCII tell windows-1252, for the whole file, however late they come", async () => {
  const ascii = "a,b\n".repeat(50_000);
  for (const before of ["", "x", ascii]) {
    const text = `${before}año,€\n${ascii}J’á\n`;
    expect(await converted(latin1(text))).toMatchObject({ text, encoding: "windows-1252" });
  }
  expect(await converted(latin1("caf\xe9"))).toMatchObject({ text: "café", encoding: "windows-1252" });
  // What the very first of them look like is not enough.
  const like = latin1(`Ã±${"x".repeat(2000)}é,é\n`);
  expect(await converted(like, undefined, [1500, 700])).toMatchObject({ encoding: "windows-1252" });
  // Decided is decided: what looks like UTF-8 later is taken for what it would be in Latin-1.
  const mixed = Buffer.concat([latin1(`año${"x".repeat(70_000)}`), Buffer.from("ñ")]);
  expect((await converted(mixed)).text).toBe(`año${"x".repeat(70_000)}Ã±`);
});

test("every byte of windows-1252 is its character, or the control character of its number", async () => {
  const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const { text } = await converted(all, "windows-1252");
  expect(text.slice(0, 128)).toBe(all.toString("latin1", 0, 128));
  expect(text.slice(128, 160)).toBe("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ");
  expect(text.slice(160)).toBe(all.toString("latin1", 160));
});

test("UTF-8 with some bytes that are none stays as it is", async () => {
  const file = Buffer.concat([Buffer.from("ñ,ü\n"), Buffer.of(0xe9), Buffer.from(",é\n")]);
  const { out, encoding } = await converted(file);
  expect(encoding).toBe("utf-8");
  expect(out).toEqual(file);
  // Behind the window nothing is looked at.
  const late = Buffer.concat([Buffer.from(`ñ${"x".repeat(70_000)}`), Buffer.alloc(100, 0xe9)]);
  expect((await converted(late)).out.equals(late)).toBe(true);
});

test("as many characters of UTF-8 as bytes that are none make windows-1252, one more makes UTF-8", async () => {
  const even = Buffer.concat([Buffer.from("ñ"), Buffer.of(0xe9, 0x2c)]);
  expect((await converted(even)).encoding).toBe("windows-1252");
  expect((await converted(Buffer.concat([even, Buffer.from("ñ")]))).encoding).toBe("utf-8");
  // Nothing comes that could make a character of the last byte.
  expect((await converted(Buffer.concat([Buffer.from("ñ,caf"), Buffer.of(0xe9)]))).encoding).toBe(
    "windows-1252",
  );
});

test("a character that the window's end cuts does not count", async () => {
  for (let shift = 0; shift < 5; shift++) {
    // The mark in front of them makes the sequences end at each of their bytes in turn.
    const file = Buffer.from(`é${"x".repeat(64 * 1024 - 2 - shift)}👍👍,`);
    const { out, encoding } = await converted(file);
    expect(encoding).toBe("utf-8");
    expect(out.equals(file)).toBe(true);
    const broken = Buffer.concat([Buffer.of(0xe9, 0x2c), file]);
    expect((await converted(broken)).encoding).toBe("windows-1252");
  }
});

test("what is asked for overrules what the bytes tell", async () => {
  expect((await converted(latin1("año"), "utf-8")).out).toEqual(latin1("año"));
  for (const name of ["latin1", "ISO-8859-1", " Windows-1252 "]) {
    expect(await converted(Buffer.from("ñ"), name)).toMatchObject({ text: "Ã±", encoding: "windows-1252" });
  }
  expect((await converted(utf16("主", "le"), "utf-16le")).text).toBe("主");
  expect((await converted(utf16("\ufeff主", "be"), "UTF-16BE")).text).toBe("主");
  expect((await converted(Buffer.from("\ufeffñ"), "UTF8")).text).toBe("ñ");
  for (const name of ["klingon", "", "constructor", "__proto__"]) {
    expect(() => toUtf8(sourceOf([]), name)).toThrow(FileFaultError);
  }
  expect(() => toUtf8(sourceOf([]), "klingon")).toThrow('the encoding "klingon" is not known: say utf-8');
});

test("ASCII and UTF-8 pass in the chunks in which they came", async () => {
  const chunks = ["a,b\n".repeat(20_000), "c,d\n", "ñ\n".repeat(40_000), "e,ñ\n"].map((text) =>
    Buffer.from(text),
  );
  const got: Uint8Array[] = [];
  for await (const chunk of toUtf8(sourceOf(chunks)).bytes) got.push(chunk);
  expect(got.map(({ length }) => length)).toEqual(chunks.map(({ length }) => length));
  for (const [i, chunk] of got.entries()) expect(chunk.buffer).toBe(chunks[i]?.buffer);
});

test("the same bytes give the same, however they come in chunks", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "a,b\n",
      "\0",
      "\xff",
      "\xfe",
      "\xef\xbb\xbf",
      "\xc3\xb1",
      "\xe2\x82\xac",
      "\xf0\x9f\x91\x8d",
      "\xe9",
      "\xd8",
      "\xdc",
    ),
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString("latin1")),
  );
  // What is looked at before anything else is one chunk, however it came.
  const beginning = fc.constantFrom("", "x".repeat(1100), "\xff\xfe" + "x\0".repeat(550), "\0x".repeat(550));
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 4 });
  const asked = fc.constantFrom(
    undefined,
    undefined,
    undefined,
    undefined,
    "utf-8",
    "utf-16le",
    "utf-16be",
    "latin1",
  );
  await fc.assert(
    fc.asyncProperty(beginning, fc.array(piece), sizes, asked, async (beginning, pieces, sizes, asked) => {
      const file = Buffer.from(beginning + pieces.join(""), "latin1");
      const whole = await outcomeOf(converted(file, asked));
      const split = await outcomeOf(converted(file, asked, sizes));
      expect(split).toEqual(whole);
    }),
    { numRuns: 400 },
  );
});

test("a long file gives the same as well, wherever its chunks end near the window's edges", async () => {
  const long = "x".repeat(64 * 1024 - 7);
  for (const file of [
    Buffer.from(`a,ñ${long}👍ñé€ñ`),
    latin1(`a,ñ${long}ñáéíóúñ`),
    utf16(`a,ñ${long}👍`, "le"),
  ]) {
    const whole = await converted(file);
    for (const edge of [3, 4, 5, 64 * 1024 - 4, 64 * 1024, 64 * 1024 + 3]) {
      const split = await converted(file, undefined, [edge, 1, 1, 1, 1, 1, 70_000]);
      expect(split.encoding).toBe(whole.encoding);
      expect(split.out.equals(whole.out)).toBe(true);
    }
  }
});

test("any text comes back from each encoding", async () => {
  const text = fc.string({ unit: "binary" });
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom("le" as const, "be" as const), async (end, order) => {
      fc.pre(end.isWellFormed());
      const text = "x".repeat(1100) + end;
      expect((await converted(utf16(text, order), `utf-16${order}`, [1024, 3, 3, 3])).text).toBe(text);
      const { out } = await converted(Buffer.from(text), "utf-8", [1024, 3, 3, 3]);
      expect(isUtf8(out)).toBe(true);
      expect(out.toString()).toBe(text);
    }),
  );
});

test("who leaves early ends the source", async () => {
  for (const file of [Buffer.from(TEXT), latin1("año"), utf16(`\ufeff${TEXT}`, "le")]) {
    const source = sourceOf(cutInto(Buffer.concat(Array.from({ length: 2000 }, () => file)), [1024]));
    for await (const chunk of toUtf8(source).bytes) if (chunk.length > 0) break;
    expect(source.closed()).toBe(true);
  }
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { unpacked } from "../../../../engine/datasets/file/packed/unpacked.ts";
import { allOf, cutInto, faultOf, sourceOf, textOf } from "./chunks.ts";
import { entryBytes, type Entry, zipOf } from "./zip-file.ts";

const CSV = "a,b\n1,2\n";

function faultIn(bytes: Uint8Array): Promise<string> {
  return faultOf(allOf(unpacked(sourceOf([bytes]))));
}

const FORMS: readonly Partial<Entry>[] = [
  {},
  { method: 0 },
  { wide: true },
  { method: 0, wide: true },
  ...[true, false].flatMap((mark) => [true, false].map((wide) => ({ behind: { mark, wide } }))),
];

test("the one file of a zip comes out, however its sums are kept and whatever it is split into", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...FORMS), fc.string(), sizes, async (form, text, sizes) => {
      // How a file begins is looked at in one piece: what shall come in several stands behind that.
      const zip = zipOf([{ name: `${"ventas/".repeat(60)}año.csv`, content: `,${text}`, ...form }]);
      expect(await textOf(unpacked(sourceOf(cutInto(zip, sizes))))).toBe(`,${text}`);
    }),
  );
});

test("an empty file in a zip is an empty file", async () => {
  for (const form of FORMS)
    expect(await textOf(unpacked(sourceOf([zipOf([{ name: "a.csv", ...form }])])))).toBe("");
});

test("folders and what macOS adds do not count", async () => {
  for (const behind of [undefined, { mark: true, wide: false }]) {
    const sums = behind ? { behind } : {};
    const zip = zipOf([
      { name: "data/", method: 0, ...sums },
      { name: "data/.DS_Store", content: "\0\0\0\x01Bud1", ...sums },
      { name: "data/a.csv", content: CSV, ...sums },
      { name: "__MACOSX/data/._a.csv", content: "\0\x05\x16\x07", ...sums },
    ]);
    expect(await textOf(unpacked(sourceOf([zip])))).toBe(CSV);
  }
});

test("a zip of none, or of several, is a fault that says what is in it", async () => {
  const [a, b, c] = ["a.csv", "b.csv", "c.csv"].map((name) => ({ name, content: CSV }));
  if (!a || !b || !c) throw new Error("there are three");
  const folder = { name: "x/", method: 0 };
  expect(await faultIn(zipOf([a, folder, b, c]))).toBe(
    "the zip holds more than one file: `a.csv`, `b.csv`, `c.csv`. Send each by itself",
  );
  const many = Array.from({ length: 30 }, (_, i) => ({ name: `${i}.csv`, content: CSV }));
  expect(await faultIn(zipOf(many))).toMatch(/`0\.csv`, .*`19\.csv`, …\. Send each by itself$/);
  expect(await faultIn(Buffer.concat([entryBytes(a), entryBytes(b)]).subarray(0, -3))).toMatch(
    "`a.csv`, `b.csv`, …",
  );
  for (const none of [[], [folder], [{ name: "__MACOSX/._a.csv", content: "x" }]]) {
    expect(await faultIn(zipOf(none))).toBe("the zip holds no file");
  }
});

test("encrypted files, and methods that are not known, are named", async () => {
  const fault = (entry: Partial<Entry>): Promise<string> =>
    faultIn(zipOf([{ name: "a.csv", content: CSV, ...entry }]));
  expect(await fault({ flags: 1 })).toBe("`a.csv` in the zip is encrypted: pack it without a password");
  expect(await fault({ method: 99 })).toMatch("is encrypted");
  expect(await fault({ method: 9 })).toBe(
    "`a.csv` in the zip is packed with Deflate64: pack it with Deflate, or as gzip",
  );
  expect(await fault({ method: 77 })).toMatch("is packed with method 77");
  expect(await fault({ method: 0, behind: { mark: true, wide: false } })).toMatch(
    "the end of `a.csv` in the zip cannot be told",
  );
});

test("workbooks are told by what is in them", async () => {
  expect(await faultIn(zipOf([{ name: "[Content_Types].xml", content: "<Types/>" }]))).toBe(
    "the file is an Excel workbook, or another document of Office: save it as CSV",
  );
  expect(await faultIn(zipOf([{ name: "xl/workbook.xml", content: "<w/>" }]))).toMatch("Excel workbook");
  expect(await faultIn(zipOf([{ name: "mimetype", method: 0, content: "application/vnd.oasis" }]))).toBe(
    "the file is an OpenDocument spreadsheet: save it as CSV",
  );
});

test("a zip that is cut off is a fault, wherever it is cut", async () => {
  for (const form of FORMS) {
    const zip = zipOf([{ name: "a.csv", content: CSV, ...form }]);
    for (let length = 4; length < zip.length; length++) {
      // In the middle of sums behind the file they are just wrong ones.
      const fault = form.behind
        ? /is cut off: its end is missing|is damaged/
        : /is cut off: its end is missing$/;
      expect(await faultIn(zip.subarray(0, length))).toMatch(fault);
    }
  }
});

test("a zip whose sums, directory or end say something else is a fault", async () => {
  for (const form of FORMS) {
    expect(await faultIn(zipOf([{ name: "a.csv", content: CSV, ...form, crc: 1 }]))).toBe(
      "`a.csv` in the zip is damaged: its checksum or size is another one",
    );
  }
  const entry = { name: "a.csv", content: CSV };
  for (const listed of [[], ["b.csv"], ["a.csv", "b.csv"]]) {
    expect(await faultIn(zipOf([entry], listed))).toBe(
      "the zip is damaged: its directory does not list `a.csv` alone",
    );
  }
  expect(await faultIn(Buffer.concat([entryBytes(entry), Buffer.from("more than four")]))).toBe(
    "the zip is damaged: its directory is none",
  );
  expect(await faultIn(Buffer.concat([zipOf([entry]), Buffer.from("x")]))).toBe(
    "the zip has other bytes behind its end",
  );
  expect(await textOf(unpacked(sourceOf([zipOf([entry]), Buffer.alloc(100)])))).toBe(CSV);
});

test("a zip of nothing but folders ends, before it costs too much", async () => {
  const folders = function* (): Generator<Uint8Array, void, void> {
    const folder = entryBytes({ name: "x/", method: 0 });
    for (;;) yield folder;
  };
  expect(await faultOf(allOf(unpacked(sourceOf(folders()))))).toBe("the zip has more than 10000 entries");
  const file = entryBytes({ name: "a.csv", content: CSV });
  const behindTwo = function* (): Generator<Uint8Array, void, void> {
    yield file;
    yield file;
    yield* folders();
  };
  expect(await faultOf(allOf(unpacked(sourceOf(behindTwo()))))).toBe(
    "the zip holds more than one file: `a.csv`, `a.csv`, …. Send each by itself",
  );
});

test("a folder more than a thousand times beside the file is no fault", async () => {
  const folders = Array.from({ length: 1500 }, (_, i) => ({ name: `${i}/`, method: 0 }));
  const zip = zipOf([...folders, { name: "a.csv", content: CSV }]);
  expect(await textOf(unpacked(sourceOf([zip])))).toBe(CSV);
});

import fc from "fast-check";
import { expect, test } from "vitest";
import { uploadedFile } from "../../../../engine/datasets/file/uploaded-file.ts";
import { allOf, cutInto, faultOf, outcomeOf, sourceOf, textOf } from "./chunks.ts";
import { FORM, fileField, formOf, textField, type WrittenPart } from "./form.ts";

/** What is wrong with a form, whether that shows before the file or behind it. */
function faultIn(body: Uint8Array, contentType = FORM): Promise<string> {
  const read = async (): Promise<void> => {
    const source = sourceOf([body]);
    try {
      await allOf((await uploadedFile(contentType, source)).bytes);
    } finally {
      expect(source.closed()).toBe(true);
    }
  };
  return faultOf(read());
}

test("a form's file has its name and its bytes, and the fields before it are known when it begins", async () => {
  const form = formOf(
    textField("text", "title"),
    fileField("titanic.csv", "a,b\r\n1,2\r\n"),
    textField("mode", "append"),
  );
  const file = await uploadedFile(FORM, sourceOf([form]));
  expect(file.fileName).toBe("titanic.csv");
  expect(Object.fromEntries(file.fields)).toEqual({ text: "title" });
  expect(await textOf(file.bytes)).toBe("a,b\r\n1,2\r\n");
  expect(Object.fromEntries(file.fields)).toEqual({ text: "title", mode: "append" });
});

test("any other body is the file", async () => {
  for (const contentType of [
    "text/csv; charset=utf-8",
    "application/gzip",
    "application/x-www-form-urlencoded",
    undefined,
  ]) {
    const chunks = [Buffer.from("a,b\n"), Buffer.from("1,2\n")];
    const file = await uploadedFile(contentType, sourceOf(chunks));
    expect(file.fileName).toBeUndefined();
    const got: Uint8Array[] = [];
    for await (const chunk of file.bytes) got.push(chunk);
    expect(got[0]).toBe(chunks[0]);
    expect(got).toEqual(chunks);
  }
});

test("however the body comes in chunks, and whatever is in the file, it comes out as it is", async () => {
  // Much of what the boundary is made of, so that its beginnings are everywhere.
  const piece = fc.constantFrom(
    "\r\n--",
    "\r",
    "\n",
    "-",
    "----line7MA4",
    "\r\n----",
    "\r\n------line7MA",
    "a,b",
    "ñ",
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(fc.array(piece), sizes, async (pieces, sizes) => {
      let text = pieces.join("");
      // What is left around a boundary may come to one.
      while (text.includes("\r\n------line7MA4")) text = text.replaceAll("\r\n------line7MA4", "");
      const content = Buffer.from(text);
      const form = formOf(textField("text", "t"), fileField("a.csv", content), textField("late", "l"));
      const file = await uploadedFile(FORM, sourceOf(cutInto(form, sizes)));
      expect(await allOf(file.bytes)).toEqual(content);
      expect(Object.fromEntries(file.fields)).toEqual({ text: "t", late: "l" });
    }),
  );
});

test("file names lose their folders, and are read as browsers and curl write them", async () => {
  for (const [written, name] of [
    ["C:\\Users\\ana\\año 1.csv", "año 1.csv"],
    ["/home/ana/ventas.csv", "ventas.csv"],
    ['a\\"b\\\\.csv', ".csv"],
    ["say %22hi%22; 100%.csv", 'say "hi"; 100%.csv'],
  ] as const) {
    expect((await uploadedFile(FORM, sourceOf([formOf(fileField(written, ""))]))).fileName).toBe(name);
  }
  const extended = `Content-Disposition: form-data; name=file; filename="a.csv"; filename*=UTF-8''a%C3%B1o.csv`;
  expect((await uploadedFile(FORM, sourceOf([formOf({ head: extended, body: "" })]))).fileName).toBe(
    "año.csv",
  );
});

test("a boundary may be quoted, and clients may write around the parts", async () => {
  const form = Buffer.concat([
    Buffer.from("preamble\r\n"),
    formOf(fileField("a.csv", "x")),
    Buffer.from("epilogue"),
  ]);
  const spaced = Buffer.from(form.toString().replaceAll("------line7MA4\r\n", "------line7MA4 \t\r\n"));
  const file = await uploadedFile(
    'Multipart/Form-Data; charset=utf-8 ; Boundary="----line7MA4"',
    sourceOf([spaced]),
  );
  expect(await textOf(file.bytes)).toBe("x");
});

test("what is wrong with a form is said in words", async () => {
  const csv = fileField("a.csv", "a,b\n");
  const faults: readonly (readonly [readonly WrittenPart[], string])[] = [
    [[], "the form has no field `file` with a file: it has none"],
    [
      [textField("text", "t"), textField("mode", "m")],
      "the form has no field `file` with a file: it has `text`, `mode`",
    ],
    [[csv, fileField("b.csv", "")], "the form has two files: send one, in the field `file`"],
    [
      [fileField("a.csv", "", "upload")],
      "the form has a file in the field `upload`: send it in the field `file`",
    ],
    [[fileField("", "")], "the field `file` has an empty file name: no file was chosen"],
    [[fileField("folder/", "")], "the field `file` has an empty file name: no file was chosen"],
    [[textField("file", "a,b")], "the field `file` has no file name: send it as a file"],
    [[textField("text", "a".repeat(4097)), csv], "the field `text` is longer than 4096 bytes"],
    [[csv, textField("text", "a".repeat(4097))], "the field `text` is longer than 4096 bytes"],
    [[textField("mode", "append"), csv, textField("mode", "create")], "the form has the field `mode` twice"],
    [Array.from({ length: 21 }, (_, i) => textField(`f${i}`, "")), "the form has more than 20 text fields"],
    [
      [{ head: "Content-Type: text/csv", body: "" }],
      "a part of the upload has no name: it needs `Content-Disposition: form-data; name=…`",
    ],
    [
      [
        {
          head: 'Content-Disposition: form-data; name="file"; filename="a"\r\nContent-Transfer-Encoding: base64',
          body: "",
        },
      ],
      "a part of the upload is sent as base64: send its bytes as they are",
    ],
    [[{ head: `X: ${"a".repeat(9000)}`, body: "" }], "a header of a part of the upload is over 8192 bytes"],
    [[{ head: "X: a\r\n".repeat(30), body: "" }], "a part of the upload has more than 20 headers"],
  ];
  for (const [parts, fault] of faults) expect(await faultIn(formOf(...parts))).toBe(fault);
  expect(await faultIn(formOf(csv), "multipart/form-data")).toMatch("needs a boundary");
  expect(await faultIn(formOf(csv), "multipart/mixed; boundary=----line7MA4")).toMatch(
    "multipart/mixed is not understood",
  );
  const inside = formOf(fileField("a.csv", "a\r\n------line7MA4x\r\nb"));
  expect(await faultIn(inside)).toMatch("malformed: the boundary occurs within a line");
  expect(await faultIn(Buffer.from("a,b\n".repeat(20_000)))).toMatch(
    "more than 65536 bytes before its first boundary",
  );
  expect(await faultIn(Buffer.from(formOf(csv).toString().replaceAll("\r\n", "\n")))).toMatch(
    "must end with CR LF",
  );
});

test("20 fields of 4 KiB are no fault", async () => {
  const fields = Array.from({ length: 20 }, (_, i) => textField(`f${i}`, "ñ".repeat(2048)));
  const file = await uploadedFile(FORM, sourceOf([formOf(...fields, fileField("a.csv", "x"))]));
  expect(file.fields.get("f19")).toBe("ñ".repeat(2048));
  expect(await textOf(file.bytes)).toBe("x");
});

test("an upload that ends too early is said to be cut off, wherever it is cut", async () => {
  const form = formOf(textField("text", "t"), fileField("a.csv", "a,b\r\n1,2\r\n"), textField("late", "l"));
  // Behind the last boundary's `--` nothing is missing.
  for (let length = 0; length < form.length - 2; length++) {
    expect(await faultIn(form.subarray(0, length))).toBe(
      `the upload was cut off after ${length} bytes: the last boundary of its multipart body is missing`,
    );
  }
});

test("the error of a source passes through, before the file and within it", async () => {
  const form = formOf(textField("text", "t"), fileField("a.csv", "a,b\r\n1,2\r\n"));
  for (const length of [20, form.length - 30]) {
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield form.subarray(0, length);
      throw new Error("the client went away");
    };
    const read = async (): Promise<Buffer> => allOf((await uploadedFile(FORM, broken())).bytes);
    await expect(read()).rejects.toThrow("the client went away");
  }
});

test("no more is asked of the source than is read, and who leaves early ends it", async () => {
  const form = formOf(fileField("a.csv", "a,b\r\n".repeat(1000)));
  for (const contentType of [FORM, "text/csv"]) {
    const source = sourceOf(cutInto(form, [200]));
    const file = await uploadedFile(contentType, source);
    expect(source.asked()).toBeLessThanOrEqual(1);
    for await (const chunk of file.bytes) if (chunk.length > 0) break;
    expect(source.asked()).toBeLessThanOrEqual(2);
    expect(source.closed()).toBe(true);
  }
});

test("an upload whose file is not wanted can be ended", async () => {
  const source = sourceOf([formOf(fileField("a.csv", "a,b\n"))]);
  await (await uploadedFile(FORM, source)).discard();
  expect(source.closed()).toBe(true);
});

test("a form of anything ends with a file or a fault", async () => {
  const piece = fc.oneof(
    fc.constantFrom(
      "------line7MA4",
      "\r\n",
      "--",
      "Content-Disposition: form-data; name=",
      '"file"',
      '; filename="a"',
      ";",
    ),
    fc.string({ unit: "binary", maxLength: 8 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(piece), fc.integer({ min: 1, max: 30 }), async (pieces, size) => {
      const source = sourceOf(cutInto(Buffer.from(pieces.join("")), [size]));
      await outcomeOf(uploadedFile(FORM, source).then(({ bytes }) => allOf(bytes)));
      expect(source.closed()).toBe(true);
    }),
  );
});

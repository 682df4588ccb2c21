import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { unpacked } from "../../../../engine/datasets/file/packed/unpacked.ts";
import { toUtf8 } from "../../../../engine/datasets/file/text/to-utf8.ts";
import { uploadedFile } from "../../../../engine/datasets/file/uploaded-file.ts";
import { allOf, cutInto, faultOf, type Source, sourceOf, textOf } from "./chunks.ts";
import { FORM, fileField, formOf, textField } from "./form.ts";
import { zipOf } from "./zip-file.ts";

const TEXT = "id,año\n1,ñandú\n".repeat(5000);
const WRITTEN: readonly (readonly [Buffer, string])[] = [
  [Buffer.from(TEXT), "utf-8"],
  [Buffer.from(TEXT, "latin1"), "windows-1252"],
  [Buffer.from(`\ufeff${TEXT}`, "utf16le"), "utf-16le"],
];

/** A file as it may be sent: bare or packed, in a form or as the body. */
function sent(file: Buffer): readonly (readonly [contentType: string, body: Buffer])[] {
  return [file, gzipSync(file), zipOf([{ name: "años.csv", content: file }])].flatMap((packed) => [
    [FORM, formOf(textField("text", "t"), fileField("años.csv", packed), textField("late", "l"))] as const,
    ["application/octet-stream", packed] as const,
  ]);
}

async function utf8(contentType: string, source: Source) {
  return toUtf8(unpacked((await uploadedFile(contentType, source)).bytes));
}

test("an upload comes out as UTF-8, however it was written, packed, sent and split", async () => {
  for (const [file, encoding] of WRITTEN) {
    for (const [contentType, body] of sent(file)) {
      for (const sizes of [[], [1, 7, 4096], [61]]) {
        const source = sourceOf(cutInto(body, sizes));
        const out = await utf8(contentType, source);
        expect((await textOf(out.bytes)) === TEXT).toBe(true);
        expect(out.encoding()).toBe(encoding);
        expect(source.closed()).toBe(true);
      }
    }
  }
});

test("who stops early, anywhere, ends the upload, and no more of it was asked for than needed", async () => {
  const file = Buffer.from(TEXT.repeat(20), "latin1");
  for (const [contentType, body] of sent(file)) {
    const source = sourceOf(cutInto(body, [512]));
    const out = await utf8(contentType, source);
    for await (const chunk of out.bytes) if (chunk.length > 0) break;
    expect(source.closed()).toBe(true);
    // The 64 KiB that decide on the encoding, and a little.
    expect(source.asked() * 512).toBeLessThan(80 * 1024);
  }
});

test("a form or a packed file that is cut off is a fault", async () => {
  // Bare bytes as the body have no end that could be missing: who reads the request knows whether it came whole.
  for (const [contentType, body] of sent(Buffer.from(TEXT)).filter(
    ([, body]) => !body.toString().startsWith("id"),
  )) {
    const source = sourceOf(cutInto(body.subarray(0, -100), [1000]));
    const read = async (): Promise<Buffer> => allOf((await utf8(contentType, source)).bytes);
    expect(await faultOf(read())).toMatch("cut off");
    expect(source.closed()).toBe(true);
  }
});

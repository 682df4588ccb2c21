import { isAscii } from "node:buffer";

/** 0x80 to 0x9F (WHATWG Encoding, index-windows-1252); 81, 8D, 8F, 90 and 9D are not defined and stay what they are. */
const UPPER =
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f" +
  "\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178";

/** Where Latin-1, which the runtime reads by itself, is something else. */
const DIFFERENT = /[\x80-\x9f]/g;

/** Windows-1252 as UTF-8. Every byte is a character; chunks of ASCII are passed on as they are. */
export async function* fromWindows1252(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of bytes) yield isAscii(chunk) ? chunk : toUtf8(chunk);
}

function toUtf8(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
  return Buffer.from(
    text.replaceAll(DIFFERENT, (character) => UPPER.charAt(character.charCodeAt(0) - 0x80)),
    "utf8",
  );
}

/** Stands for what is no character: a byte that UTF-8 never has, so that its record is rejected as badly encoded. */
const NO_CHARACTER = Buffer.of(0xff);
const LONE_SURROGATE = /[\ud800-\udfff]/u;

/** UTF-16 as UTF-8. Half a pair of surrogates, and half a unit at the end, become the byte 0xFF. */
export async function* fromUtf16(
  bytes: AsyncIterable<Uint8Array>,
  order: "le" | "be",
): AsyncGenerator<Uint8Array, void, void> {
  let begun: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytes) {
    const joined = Buffer.concat([begun, chunk]);
    const whole = wholeBytes(joined, order);
    begun = joined.subarray(whole);
    if (whole > 0) yield toUtf8(joined.subarray(0, whole), order);
  }
  if (begun.length >= 2) yield NO_CHARACTER;
  if (begun.length % 2 === 1) yield NO_CHARACTER;
}

/** How many bytes are whole characters: without half a unit, and without the first of two surrogates at the end. */
function wholeBytes(bytes: Uint8Array, order: "le" | "be"): number {
  const even = bytes.length - (bytes.length % 2);
  const high = bytes[order === "le" ? even - 1 : even - 2] ?? 0;
  return even >= 2 && high >= 0xd8 && high <= 0xdb ? even - 2 : even;
}

function toUtf8(units: Buffer, order: "le" | "be"): Buffer {
  // They are a copy already.
  if (order === "be") units.swap16();
  const text = units.toString("utf16le");
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  return Buffer.concat(
    text
      .split(LONE_SURROGATE)
      .flatMap((piece, i) => (i === 0 ? [] : [NO_CHARACTER]).concat(Buffer.from(piece, "utf8"))),
  );
}

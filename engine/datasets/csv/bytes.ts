/** Bytes that mean something in a CSV file. */
export const LF = 0x0a;
export const CR = 0x0d;
export const QUOTE = 0x22;

/** The same memory as a Buffer, whose searches are the fast ones. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Where the line that goes on at `from` ends: the place of its `\n` or `\r`, or `end` where it has none before. */
export function endOfLine(bytes: Uint8Array, from: number, end: number = bytes.length): number {
  let at = from;
  while (at < end && bytes[at] !== LF && bytes[at] !== CR) at++;
  return at;
}

/** Behind the line break at `at`: `\n`, `\r\n` or a lone `\r`. At the end of the bytes there is none. */
export function behindBreak(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return at;
  return bytes[at] === CR && bytes[at + 1] === LF ? at + 2 : at + 1;
}

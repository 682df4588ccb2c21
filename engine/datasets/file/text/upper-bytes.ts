import { isAscii, isUtf8 } from "node:buffer";

/** Bytes from the first one that is not ASCII by which {@link looksLikeUtf8} decides. */
export const WINDOW_BYTES = 64 * 1024;

/** Where the first byte stands that is not ASCII; -1 where all are. */
export function firstUpperByte(bytes: Uint8Array): number {
  if (isAscii(bytes)) return -1;
  let from = 0;
  let to = bytes.length;
  // It lies within these bounds; one end comes nearer.
  while (to - from > 1) {
    const middle = (from + to) >> 1;
    if (isAscii(bytes.subarray(from, middle))) from = middle;
    else to = middle;
  }
  return from;
}

/**
 * Whether more characters of UTF-8 than bytes that belong to none are in there, ASCII aside. With `more` to follow, what
 * the end cuts is neither.
 */
export function looksLikeUtf8(bytes: Uint8Array, more: boolean): boolean {
  if (isUtf8(bytes)) return true;
  let characters = 0;
  let strangers = 0;
  for (let i = 0; i < bytes.length;) {
    const length = sequence(bytes, i);
    if (length > 1) characters++;
    else if (length === 0) {
      if (more && bytes.length - i < 4 && isBegun(bytes, i)) break;
      strangers++;
    }
    i += Math.max(1, length);
  }
  return characters > strangers;
}

/** How many bytes the character at a place takes; 0 where there is none (Unicode, table 3-7). */
function sequence(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const length = lengthOf(first);
  if (length === 0 || at + length > bytes.length) return 0;
  return isUtf8(bytes.subarray(at, at + length)) ? length : 0;
}

/** Whether a character begins at a place that the bytes end within. */
function isBegun(bytes: Uint8Array, at: number): boolean {
  const length = lengthOf(bytes[at] ?? 0);
  return length > bytes.length - at && bytes.subarray(at + 1).every((byte) => byte >= 0x80 && byte < 0xc0);
}

function lengthOf(first: number): number {
  if (first >= 0xc2 && first <= 0xdf) return 2;
  if (first >= 0xe0 && first <= 0xef) return 3;
  return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

import { QUOTE } from "./bytes.ts";

/** A field's cell as text: without the quotes around it, and with one for two inside. */
export function cellText(bytes: Buffer, start: number, end: number): string {
  if (bytes[start] !== QUOTE) return bytes.toString("utf8", start, end);
  return bytes.toString("utf8", start + 1, end - 1).replaceAll('""', '"');
}

/** How many bytes the cell of a field has. */
export function cellBytes(bytes: Uint8Array, start: number, end: number): number {
  if (bytes[start] !== QUOTE) return end - start;
  let length = end - start - 2;
  for (let at = start + 1; at < end - 1; at++) {
    if (bytes[at] !== QUOTE) continue;
    length--;
    at++;
  }
  return length;
}

import { QUOTE } from "./bytes.ts";
import type { Delimiter } from "./part.ts";

/** The most bytes that a record may have, its line break not counted: 1 MiB. */
export const MAX_RECORD = 1024 * 1024;

/** Where, and why, a scanner gave a record up. */
export interface RecordFault {
  /** `stray`: a quote inside a field that has none around it; `behind`: something behind a closing quote; `endless`: no end. */
  readonly why: "stray" | "behind" | "endless";
  readonly at: number;
}

/**
 * A scanner's fault in words, of the record whose first line begins at `start` and ends at `end`; the first field is 1.
 * What lies behind the first line does not show in the words, for there the lines are read anew, and may even be in
 * another part of the file: a line that leaves its quote open has just that for a fault.
 */
export function faultInWords(
  bytes: Uint8Array,
  start: number,
  end: number,
  { why, at }: RecordFault,
  delimiter: Delimiter,
): string {
  if (end - start > MAX_RECORD) return "is a line of over 1 MiB";
  const field = fieldAt(bytes, start, Math.min(at, end), delimiter.charCodeAt(0));
  if (at > end || why === "endless")
    return `field ${field} opens a quote that is not closed properly within 1 MiB`;
  if (why === "stray") return `field ${field} has a quote inside, but none around it`;
  return `field ${field} goes on behind its closing quote`;
}

/** The number of the field in which `at` is, from 1. */
function fieldAt(bytes: Uint8Array, start: number, at: number, separator: number): number {
  let field = 1;
  let quoted = false;
  for (let place = start; place < at; place++) {
    if (bytes[place] === QUOTE) quoted = !quoted;
    else if (bytes[place] === separator && !quoted) field++;
  }
  return field;
}

import type { Rejection } from "./part.ts";

/** Most bytes of a rejected record that are kept. */
const MAX_RAW = 64 * 1024;

/** The first line of a file of rejections. */
export const REJECTIONS_HEADER = "line,reason,raw\n";

/** A rejection of the record from `start` to `end`; one of over 64 KiB is cut, with `…` behind it. */
export function rejected(bytes: Buffer, start: number, end: number, line: number, reason: string): Rejection {
  if (end - start <= MAX_RAW) return { line, reason, raw: bytes.toString("utf8", start, end) };
  let cut = start + MAX_RAW;
  // Not within a character: its first byte is the first before the cut that is no continuation, three back at most.
  while (cut > start + MAX_RAW - 4 && (bytes[cut]! & 0xc0) === 0x80) cut--;
  return { line, reason, raw: `${bytes.toString("utf8", start, cut)}…` };
}

/** The lines of a file of rejections, CSV with `\n`; {@link REJECTIONS_HEADER} goes before the first of them all. */
export function rejectionsFile(rejections: readonly Rejection[]): Uint8Array {
  return Buffer.from(
    rejections.map(({ line, reason, raw }) => `${line},${inQuotes(reason)},${inQuotes(raw)}\n`).join(""),
  );
}

function inQuotes(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

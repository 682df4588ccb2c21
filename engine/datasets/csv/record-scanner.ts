import { behindBreak, CR, endOfLine, LF, QUOTE } from "./bytes.ts";
import { arePlain, fourOf } from "./four-bytes.ts";
import type { Delimiter } from "./part.ts";
import { MAX_RECORD, type RecordFault } from "./record-fault.ts";

/** What a scanner found of the record that it scanned last. */
export interface ScannedRecord {
  /** Behind its last byte; its beginning where it is a blank line. */
  end: number;
  /** Behind its line break: where the next one begins. */
  next: number;
  /** How many lines of the file it takes. */
  lines: number;
  /** How many fields, where the scanner was told to tell fields apart. */
  fields: number;
  /** Behind the last byte of each of the first fields, as many as the scanner was told to keep. */
  readonly fieldEnds: Int32Array;
  /** What is wrong with its quotes or its length; then it is only a line, and the next record begins behind that. */
  fault: RecordFault | undefined;
}

/** Tells where records end: the one thing that cutting and parsing must see alike. */
export interface RecordScanner {
  readonly record: ScannedRecord;
  /**
   * Scans the record, or blank line, that begins at `start`. What it finds follows from the next 1 MiB and three bytes,
   * or from all that there is to the end of `bytes`, which is taken for the end of the file.
   */
  readonly scan: (bytes: Uint8Array, start: number) => void;
}

/**
 * A scanner by RFC 4180 (https://www.rfc-editor.org/rfc/rfc4180#section-2), strictly: a quote opens only at the
 * beginning of a field, and behind the closing one comes a delimiter or a line break, which may be `\n`, `\r\n` or `\r`.
 * A record that breaks this, or has no end within 1 MiB, is only its first line: so one stray quote costs one line.
 *
 * That takes linear time whatever the bytes: between a line break in quotes and the place where they are found to be
 * wrong, every line has an even number of quotes, so that read by itself it ends where it ends.
 *
 * With `fields`, fields are told apart too, and the ends of so many are kept; without, only records.
 */
export function recordScanner(delimiter: Delimiter, fields?: number): RecordScanner {
  const separator = delimiter.charCodeAt(0);
  const marks = new Uint8Array(256);
  for (const byte of fields === undefined ? [LF, CR, QUOTE] : [LF, CR, QUOTE, separator]) marks[byte] = 1;
  const quotedMarks = new Uint8Array(256);
  for (const byte of [LF, CR, QUOTE]) quotedMarks[byte] = 1;

  const quotes = fourOf(QUOTE);
  const separators = fields === undefined ? quotes : fourOf(separator);
  /** What was scanned last, and the same memory to read four bytes at a time. */
  let viewed: Uint8Array = new Uint8Array();
  let view: DataView = new DataView(viewed.buffer);

  const fieldEnds = new Int32Array(fields ?? 0);
  const kept = fieldEnds.length;
  const record: ScannedRecord = { end: 0, next: 0, lines: 1, fields: 0, fieldEnds, fault: undefined };

  const broken = (bytes: Uint8Array, start: number, at: number, why: RecordFault["why"]): void => {
    record.end = endOfLine(bytes, start);
    record.next = behindBreak(bytes, record.end);
    record.lines = 1;
    record.fault = { why, at };
  };

  /** Behind the quote that closes the one before `from`, or -1 where none does before `stop`. */
  const behindQuotes = (bytes: Uint8Array, from: number, stop: number): number => {
    let at = from;
    for (;;) {
      while (at + 4 <= stop && arePlain(view.getInt32(at, true), quotes)) at += 4;
      while (at < stop && quotedMarks[bytes[at]!] === 0) at++;
      if (at >= stop) return -1;
      if (bytes[at] === QUOTE) {
        if (at + 1 >= stop || bytes[at + 1] !== QUOTE) return at + 1;
        at += 2;
      } else {
        if (bytes[at] === LF || bytes[at + 1] !== LF) record.lines++;
        at++;
      }
    }
  };

  const scan = (bytes: Uint8Array, start: number): void => {
    if (bytes !== viewed) {
      viewed = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const stop = Math.min(bytes.length, start + MAX_RECORD + 1);
    record.fault = undefined;
    record.lines = 1;
    let count = 0;
    let at = start;
    for (;;) {
      while (at + 4 <= stop && arePlain(view.getInt32(at, true), separators)) at += 4;
      while (at < stop && marks[bytes[at]!] === 0) at++;
      if (at >= stop) {
        if (at - start > MAX_RECORD) return broken(bytes, start, stop, "endless");
        break;
      }
      const byte = bytes[at];
      if (byte === separator) {
        if (count < kept) fieldEnds[count] = at;
        count++;
        at++;
      } else if (byte !== QUOTE) {
        break;
      } else {
        if (at !== start && bytes[at - 1] !== separator) return broken(bytes, start, at, "stray");
        at = behindQuotes(bytes, at + 1, stop);
        if (at < 0) return broken(bytes, start, stop, "endless");
        if (at < stop && bytes[at] !== separator && bytes[at] !== LF && bytes[at] !== CR) {
          return broken(bytes, start, at, "behind");
        }
      }
    }
    if (count < kept) fieldEnds[count] = at;
    record.fields = count + 1;
    record.end = at;
    record.next = behindBreak(bytes, at);
  };

  return { record, scan };
}

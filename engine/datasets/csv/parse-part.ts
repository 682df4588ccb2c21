import { asBuffer, QUOTE } from "./bytes.ts";
import { cellCounter, isNull } from "./cell-counter.ts";
import { type LineWriter, lineWriter } from "./line-writer.ts";
import type { Delimiter, ParsedPart, Part, Rejection } from "./part.ts";
import { faultOfRow, hasBadBytes } from "./record-check.ts";
import { faultInWords } from "./record-fault.ts";
import { recordScanner } from "./record-scanner.ts";
import { rejected } from "./rejections.ts";
import { NONE_SPARE, type Spare } from "./spare.ts";

/** What a part's records are parsed by. */
export interface ParseOptions {
  /** Cells of the header. */
  readonly columns: number;
  /** That of the file's head. */
  readonly delimiter: Delimiter;
  /** Most bytes of a cell. Default 65,535: what TEXT holds. */
  readonly maxCell?: number | undefined;
  /** Places, from 0, of columns whose cells must not be empty. Default: none. */
  readonly key?: readonly number[] | undefined;
  /** Where the lines' buffers come from. Default: new ones. */
  readonly spare?: Spare | undefined;
}

/**
 * Parses a part strictly, by RFC 4180: each of its records becomes a row or a rejection, in the same pass that counts
 * what cells hold. A record's bytes stay as they are in `lines`: MySQL reads them alike, but for a bare `NULL`, which
 * gets quotes.
 */
export function parsePart(
  part: Pick<Part, "bytes" | "firstRecord" | "firstLine">,
  { columns, delimiter, maxCell = 65_535, key = [], spare = NONE_SPARE }: ParseOptions,
): ParsedPart {
  const bytes = asBuffer(part.bytes);
  const bounds = { columns, maxCell, key };
  const badBytes = hasBadBytes(bytes);
  const { record, scan } = recordScanner(delimiter, columns);
  const counter = cellCounter(columns);
  const writer = lineWriter(delimiter.charCodeAt(0), bytes.length, spare);
  const rejections: Rejection[] = [];
  let [place, line, rows] = [part.firstRecord, part.firstLine, 0];

  for (let at = 0; at < bytes.length; at = record.next) {
    scan(bytes, at);
    const { end, fault, lines } = record;
    if (end > at) {
      const reason = fault
        ? faultInWords(bytes, at, end, fault, delimiter)
        : faultOfRow(bytes, at, record, bounds, badBytes);
      if (reason === undefined) {
        const bareNulls = counter.count(bytes, at, record.fieldEnds);
        writer.begin(place, end - at + 2 * bareNulls);
        if (bareNulls === 0) writer.copy(bytes, at, end);
        else copyWithQuotes(writer, bytes, at, record.fieldEnds, delimiter.charCodeAt(0));
        writer.end();
        rows++;
      } else {
        rejections.push(rejected(bytes, at, end, line, reason));
      }
      place++;
    }
    line += lines;
  }
  return { rows, rejections, lines: writer.taken(), cells: counter.counts() };
}

/** Copies a row with quotes around each bare `NULL`. */
function copyWithQuotes(
  writer: LineWriter,
  bytes: Buffer,
  start: number,
  fieldEnds: Int32Array,
  separator: number,
): void {
  let from = start;
  for (const end of fieldEnds) {
    if (from > start) writer.put(separator);
    const bare = isNull(bytes, from, end);
    if (bare) writer.put(QUOTE);
    writer.copy(bytes, from, end);
    if (bare) writer.put(QUOTE);
    from = end + 1;
  }
}

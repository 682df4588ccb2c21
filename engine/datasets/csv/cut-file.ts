import { FileFaultError } from "../../errors/file-fault-error.ts";
import { boundedLines, STEP } from "./bounded-lines.ts";
import { behindBreak, endOfLine } from "./bytes.ts";
import { findDelimiter, toldDelimiter } from "./delimiter.ts";
import { readHeader } from "./header.ts";
import type { Delimiter, Head, Part } from "./part.ts";
import { MAX_RECORD } from "./record-fault.ts";
import { recordScanner, type RecordScanner } from "./record-scanner.ts";
import { NONE_SPARE, type Spare } from "./spare.ts";

/** What can be said about how a file is cut. */
export interface CutOptions {
  /** Default: found. */
  readonly delimiter?: Delimiter | undefined;
  /** A part ends with the first record that reaches so many bytes, or with its 65,536th. Default 4 MiB. */
  readonly partBytes?: number | undefined;
  /** Where the parts' buffers come from. Default: new ones. */
  readonly spare?: Spare | undefined;
}

/** How large parts are, unless something else is said. */
const PART_BYTES = 4 * 1024 * 1024;

/** Room for a part, whatever its last record is. */
export const PART_ROOM = PART_BYTES + MAX_RECORD + 4;

/** Most records of a part, so that even one whose every record is rejected stays small. */
const PART_RECORDS = 64 * 1024;

/** So many bytes must be there of a record, if the file has them, before it is known where it ends. */
const AHEAD = MAX_RECORD + 3;

/**
 * Cuts a file at ends of records: first its head, then its parts while the bytes still come. The bytes are UTF-8 without
 * a byte order mark; which of them are not shows when a part is parsed. Blank lines are no records, in a file of one
 * column either (there, `""` is an empty cell); a file with a header alone has no parts. Where it is cut follows from its
 * bytes, whatever the chunks. Of a line of over 1 MiB, which is no row, a part has only the beginning. Holds about
 * `partBytes` + 2 MiB. Throws a FileFaultError for a file without a header or with one that is broken, and what `bytes`
 * throws.
 */
export async function* cutFile(
  bytes: AsyncIterable<Uint8Array>,
  { delimiter, partBytes = PART_BYTES, spare = NONE_SPARE }: CutOptions = {},
): AsyncGenerator<Head | Part> {
  const cutter = createCutter(partBytes, delimiter, spare);
  for await (const step of boundedLines(bytes)) yield* cutter.take(step);
  yield* cutter.end();
}

interface Cutter {
  /** Takes at most {@link STEP} bytes, and gives what is complete. */
  take(step: Buffer): Generator<Head | Part>;
  end(): Generator<Head | Part>;
}

function createCutter(partBytes: number, wanted: Delimiter | undefined, spare: Spare): Cutter {
  const held = Buffer.allocUnsafeSlow(partBytes + AHEAD + STEP);
  let [used, begin, at] = [0, 0, 0];
  let [line, firstLine, records, before, number] = [1, 1, 0, 0, 0];
  let scanner: RecordScanner | undefined;

  function readHead(bytes: Buffer): Head {
    const told = toldDelimiter(bytes, at);
    at += told.bytes;
    line += told.lines;
    const beginning = bytes.subarray(at, at + AHEAD);
    if (beginning.length === 0) throw new FileFaultError("the file is empty");
    const delimiter = wanted ?? told.delimiter ?? findDelimiter(beginning);
    const { cells, next, lines } = readHeader(beginning, delimiter, line);
    at += next;
    line += lines;
    scanner = recordScanner(delimiter);
    return { kind: "head", delimiter, header: cells };
  }

  function takePart(): Part {
    const bytes = spare.take(at - begin).subarray(0, at - begin);
    held.copy(bytes, 0, begin, at);
    number += 1;
    const part: Part = { kind: "part", number, bytes, records, firstRecord: before + 1, firstLine };
    before += records;
    [begin, firstLine, records] = [at, line, 0];
    return part;
  }

  /** Scans what begins before `until`. */
  function* cut(until: number): Generator<Head | Part> {
    const bytes = held.subarray(0, used);
    if (!scanner) {
      for (; at < until && endOfLine(bytes, at, at + 1) === at; line++) at = behindBreak(bytes, at);
      if (at < until) yield readHead(bytes);
      [begin, firstLine] = [at, line];
    }
    if (scanner) {
      const { record, scan } = scanner;
      while (at < until) {
        scan(bytes, at);
        const blank = record.end === at;
        at = record.next;
        line += record.lines;
        if (!blank) records += 1;
        else if (records === 0) [begin, firstLine] = [at, line];
        if (records > 0 && (at - begin >= partBytes || records === PART_RECORDS)) yield takePart();
      }
    }
    held.copyWithin(0, begin, used);
    [used, at, begin] = [used - begin, at - begin, 0];
  }

  return {
    *take(step) {
      step.copy(held, used);
      used += step.length;
      yield* cut(used - AHEAD);
    },
    *end() {
      yield* cut(used);
      if (!scanner) throw new FileFaultError("the file is empty");
      if (records > 0) yield takePart();
    },
  };
}

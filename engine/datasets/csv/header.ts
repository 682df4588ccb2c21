import { isUtf8 } from "node:buffer";
import { FileFaultError } from "../../errors/file-fault-error.ts";
import { cellText } from "./cell.ts";
import type { Delimiter } from "./part.ts";
import { faultInWords } from "./record-fault.ts";
import { recordScanner } from "./record-scanner.ts";

/** The header of a file, and where its records begin. */
interface Header {
  readonly cells: readonly string[];
  /** Behind the header's line break, in the bytes that were given. */
  readonly next: number;
  /** How many lines it takes. */
  readonly lines: number;
}

/** Reads the header that `bytes` begin with, at that line of the file. Throws a FileFaultError for a broken one. */
export function readHeader(bytes: Buffer, delimiter: Delimiter, line: number): Header {
  const refuse = (fault: string): never => {
    throw new FileFaultError(`the header, at line ${line}, cannot be read: ${fault}`);
  };
  const counting = recordScanner(delimiter, 0);
  counting.scan(bytes, 0);
  const { end, next, lines, fields, fault } = counting.record;
  if (fault) refuse(faultInWords(bytes, 0, end, fault, delimiter));

  const { record, scan } = recordScanner(delimiter, fields);
  scan(bytes, 0);
  const cells: string[] = [];
  let start = 0;
  for (const fieldEnd of record.fieldEnds) {
    const field = bytes.subarray(start, fieldEnd);
    if (!isUtf8(field)) refuse(`field ${cells.length + 1} is not in UTF-8`);
    if (field.includes(0)) refuse(`field ${cells.length + 1} has a NUL byte`);
    cells.push(cellText(field, 0, field.length));
    start = fieldEnd + 1;
  }
  return { cells, next, lines };
}

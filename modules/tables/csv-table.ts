import { asBuffer } from "../../engine/datasets/csv/bytes.ts";
import { cellText } from "../../engine/datasets/csv/cell.ts";
import { cutFile } from "../../engine/datasets/csv/cut-file.ts";
import type { Delimiter, Head, Part } from "../../engine/datasets/csv/part.ts";
import { faultOfRow, hasBadBytes } from "../../engine/datasets/csv/record-check.ts";
import { faultInWords, MAX_RECORD } from "../../engine/datasets/csv/record-fault.ts";
import { recordScanner } from "../../engine/datasets/csv/record-scanner.ts";
import { toUtf8 } from "../../engine/datasets/file/text/to-utf8.ts";
import { FileFaultError } from "../../engine/errors/file-fault-error.ts";
import type { CsvTable, NoRow, Rows, TableRow } from "./table.ts";

/** Bytes of a part: small, so that its rows are little beside it. */
const PART_BYTES = 512 * 1024;

/**
 * Opens a CSV with a header (https://www.rfc-editor.org/rfc/rfc4180#section-2), in whatever encoding the datasets read. Rejects
 * with a FileFaultError for an empty file, a broken header, a column that has no name or another's.
 */
export async function csvTable(
  bytes: AsyncIterable<Uint8Array>,
  delimiter: Delimiter | undefined,
): Promise<CsvTable> {
  const pieces = cutFile(toUtf8(bytes).bytes, { delimiter, partBytes: PART_BYTES });
  const first = await pieces.next();
  const head = first.done === true || first.value.kind !== "head" ? undefined : first.value;
  if (!head) throw new FileFaultError("the file is empty");
  const close = async (): Promise<void> => {
    await pieces.return(undefined);
  };
  const fault = nameFault(head.header);
  if (fault !== undefined) {
    await close();
    throw new FileFaultError(fault);
  }
  async function* parts(of: Head): AsyncGenerator<Rows, void, void> {
    for await (const piece of pieces) if (piece.kind === "part") yield rowsOf(piece, of);
  }
  const { header: columns, delimiter: found } = head;
  return { format: "csv", columns, delimiter: found, parts: parts(head), [Symbol.asyncDispose]: close };
}

/** What is wrong with a header's names; undefined where nothing is. */
function nameFault(header: readonly string[]): string | undefined {
  const seen = new Set<string>();
  for (const [place, name] of header.entries()) {
    if (name === "") return `column ${place + 1} of the header has no name`;
    if (seen.has(name)) return `the header names ${JSON.stringify(name)} twice`;
    seen.add(name);
  }
  return undefined;
}

function* rowsOf(part: Part, { header, delimiter }: Head): Generator<TableRow | NoRow> {
  const bytes = asBuffer(part.bytes);
  const bounds = { columns: header.length, maxCell: MAX_RECORD, key: [] };
  const badBytes = hasBadBytes(bytes);
  const { record, scan } = recordScanner(delimiter, header.length);
  let line = part.firstLine;
  for (let at = 0; at < bytes.length; at = record.next) {
    scan(bytes, at);
    const { end, next, lines } = record;
    if (end > at) {
      const fault = record.fault
        ? faultInWords(bytes, at, end, record.fault, delimiter)
        : faultOfRow(bytes, at, record, bounds, badBytes);
      if (fault !== undefined) yield { line, fault };
      else {
        const cells = cellsOf(bytes, at, record.fieldEnds, header);
        yield { line, cells, raw: bytes.subarray(at, next) };
      }
    }
    line += lines;
  }
}

function cellsOf(
  bytes: Buffer,
  start: number,
  fieldEnds: Int32Array,
  header: readonly string[],
): Map<string, string> {
  const cells = new Map<string, string>();
  let from = start;
  for (const [place, name] of header.entries()) {
    const end = fieldEnds[place] ?? from;
    cells.set(name, cellText(bytes, from, end));
    from = end + 1;
  }
  return cells;
}

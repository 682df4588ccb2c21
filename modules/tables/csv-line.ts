import type { Delimiter } from "../../engine/datasets/csv/part.ts";

/** What a cell has that it needs quotes for; all delimiters, so that the one of the file is found whatever the cells are. */
const NEEDS_QUOTES = /[",;\t\r\n]/;

/** What would be taken for something else at the beginning of a file: the mark, or the line that tells Excel of the delimiter. */
const BEGINS_FILE = /^(?:\uFEFF|sep=)/i;

/** A record as RFC 4180 writes it, with CRLF: https://www.rfc-editor.org/rfc/rfc4180#section-2. */
export function csvLine(cells: readonly string[], delimiter: Delimiter): string {
  const [only = ""] = cells;
  // Without quotes it would be a blank line, which is no record.
  if (cells.length === 1 && only === "") return '""\r\n';
  return `${cells.map(inQuotes).join(delimiter)}\r\n`;
}

/** The first line of a file. */
export function csvHeader(columns: readonly string[], delimiter: Delimiter): string {
  const line = csvLine(columns, delimiter);
  const [first = ""] = columns;
  return BEGINS_FILE.test(line) ? `"${first}"${line.slice(first.length)}` : line;
}

/** Why a text can be no cell of a CSV that is read again; undefined where it can. */
export function cellFault(text: string): string | undefined {
  if (text.includes("\0")) return "has a NUL character, which no CSV holds";
  if (!text.isWellFormed()) return "has half of a surrogate pair, which UTF-8 cannot hold";
  return undefined;
}

function inQuotes(cell: string): string {
  return NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

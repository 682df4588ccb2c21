import type { Cells } from "./read-cells.ts";

/** In which rows can be had. */
export const FORMATS = ["application/json", "text/csv", "application/x-ndjson"] as const;

/** One of them. */
export type Format = (typeof FORMATS)[number];

/**
 * What an Accept header likes best, of what there is; JSON where it does not care. Undefined where it takes none.
 * Source: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.1
 */
export function acceptedFormat(accept: string | undefined): Format | undefined {
  if (accept === undefined || accept.trim() === "") return FORMATS[0];
  const ranges = accept.split(",").map((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const q = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
    return { type, quality: q === undefined ? 1 : Number(q) };
  });
  const quality = (format: Format): number => {
    const [group] = format.split("/");
    // The most precise range decides.
    for (const type of [format, `${group}/*`, "*/*"]) {
      const range = ranges.find((known) => known.type === type);
      if (range) return range.quality;
    }
    return 0;
  };
  const [best] = FORMATS.filter((format) => quality(format) > 0).toSorted(
    (one, other) => quality(other) - quality(one),
  );
  return best;
}

/** A row as an object; a column called `__proto__` is a member like any other. */
export function rowObject(columns: readonly string[], cells: Cells): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? ""]));
}

/** A file of rows, piece by piece: CSV with its header (RFC 4180), or JSON a line. Cells are as they were. */
export async function* rendered(
  format: Exclude<Format, "application/json">,
  columns: readonly string[],
  batches: AsyncIterable<readonly Cells[]>,
): AsyncGenerator<Uint8Array> {
  const csv = format === "text/csv";
  const line = csv
    ? (cells: Cells): string => csvLine(cells)
    : (cells: Cells): string => `${JSON.stringify(rowObject(columns, cells))}\n`;
  let head = csv ? csvLine(columns) : "";
  for await (const rows of batches) {
    yield Buffer.from(head + rows.map(line).join(""));
    head = "";
  }
  if (head !== "") yield Buffer.from(head);
}

/** One record of a CSV file. Source: https://www.rfc-editor.org/rfc/rfc4180#section-2 */
function csvLine(cells: Cells): string {
  // An only cell that is empty would else be a blank line, which readers skip.
  if (cells.length === 1 && cells[0] === "") return '""\r\n';
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

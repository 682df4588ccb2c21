import type { Cell } from "./table.ts";

/** A row as a line of an NDJSON: its members in their order, numbers by their digits. */
export function jsonLine(cells: Iterable<readonly [name: string, cell: Cell]>): string {
  let members = "";
  for (const [name, cell] of cells)
    members += `${members === "" ? "" : ","}${JSON.stringify(name)}:${JSON.stringify(cell)}`;
  return `{${members}}\n`;
}

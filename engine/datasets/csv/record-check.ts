import { isUtf8 } from "node:buffer";
import { cellBytes } from "./cell.ts";
import type { ScannedRecord } from "./record-scanner.ts";

/** What rows must keep to, beside CSV itself. */
export interface RowBounds {
  /** Fields of a record. */
  readonly columns: number;
  /** Most bytes of a cell. */
  readonly maxCell: number;
  /** Places, from 0, of cells that must not be empty. */
  readonly key: readonly number[];
}

/** Whether any of the bytes is no UTF-8, or NUL. Only where one is, records have to be looked at one by one. */
export function hasBadBytes(bytes: Buffer): boolean {
  return !isUtf8(bytes) || bytes.includes(0);
}

/** Why a record whose quotes are in order, and which begins at `start`, is no row; undefined for a row. */
export function faultOfRow(
  bytes: Buffer,
  start: number,
  { end, fields, fieldEnds }: ScannedRecord,
  { columns, maxCell, key }: RowBounds,
  badBytes: boolean,
): string | undefined {
  if (fields !== columns) {
    return `has ${fields} ${fields === 1 ? "field" : "fields"} where the header has ${columns}`;
  }
  if (badBytes && hasBadBytes(bytes.subarray(start, end))) {
    for (let field = 0; field < columns; field++) {
      const cell = bytes.subarray(field === 0 ? start : fieldEnds[field - 1]! + 1, fieldEnds[field]);
      if (!isUtf8(cell)) return `field ${field + 1} is not in UTF-8`;
      if (cell.includes(0)) return `field ${field + 1} has a NUL byte`;
    }
  }
  if (end - start > maxCell) {
    for (let field = 0; field < columns; field++) {
      const size = cellBytes(bytes, field === 0 ? start : fieldEnds[field - 1]! + 1, fieldEnds[field]!);
      if (size > maxCell) return `field ${field + 1} has ${size} bytes, and ${maxCell} is the most`;
    }
  }
  for (const field of key) {
    if (cellBytes(bytes, field === 0 ? start : fieldEnds[field - 1]! + 1, fieldEnds[field]!) === 0) {
      return `field ${field + 1} is empty, but belongs to the key`;
    }
  }
  return undefined;
}

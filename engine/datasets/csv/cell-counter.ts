import type { CellCounts } from "../dataset.ts";
import { QUOTE } from "./bytes.ts";
import { classOf, TEXT } from "./classify.ts";

/** Counts what the cells of rows hold. */
export interface CellCounter {
  /**
   * Counts the cells of a row, which begins at `start` and whose fields end at `fieldEnds`. Returns how many of them are a
   * bare `NULL`.
   */
  count(bytes: Uint8Array, start: number, fieldEnds: Int32Array): number;
  /** One a column. */
  counts(): readonly CellCounts[];
}

/** A counter for rows of so many columns. */
export function cellCounter(columns: number): CellCounter {
  /** Of each column: cells by their class, the filled ones that are text first. */
  const classes = new Int32Array(4 * columns);
  return {
    count(bytes, start, fieldEnds) {
      let bareNulls = 0;
      let from = start;
      for (let column = 0; column < columns; column++) {
        const end = fieldEnds[column]!;
        if (from < end) {
          const first = bytes[from]!;
          if (first === QUOTE) {
            if (end - from > 2) classes[4 * column + classOf(bytes, from + 1, end - 1)]!++;
          } else if (first > 0x39) {
            classes[4 * column + TEXT]!++;
            if (end - from === 4 && isNull(bytes, from, end)) bareNulls++;
          } else {
            classes[4 * column + classOf(bytes, from, end)]!++;
          }
        }
        from = end + 1;
      }
      return bareNulls;
    },
    counts: () =>
      Array.from({ length: columns }, (_, column) => {
        const [texts = 0, numbers = 0, dates = 0, codes = 0] = classes.subarray(4 * column);
        return { filled: texts + numbers + dates + codes, numbers, dates, codes };
      }),
  };
}

/** Whether a field is the word NULL, which MySQL takes for no value where no quotes are around it. */
export function isNull(bytes: Uint8Array, start: number, end: number): boolean {
  return (
    end - start === 4 &&
    (bytes[start]! | 0x20) === 0x6e &&
    (bytes[start + 1]! | 0x20) === 0x75 &&
    (bytes[start + 2]! | 0x20) === 0x6c &&
    (bytes[start + 3]! | 0x20) === 0x6c
  );
}

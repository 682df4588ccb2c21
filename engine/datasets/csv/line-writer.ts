import { LF } from "./bytes.ts";
import type { Spare } from "./spare.ts";

/** Bytes of a buffer of lines; one with a longer line is as long as that. */
export const LINES_ROOM = 256 * 1024;

/** Most digits of a record's place: those of the largest safe integer. */
const PLACE_DIGITS = 16;

/** Room for a line in a buffer: write from `at` on, and say with `end` where the line ended. */
export interface LineWriter {
  /** Makes room for a line of so many bytes behind its place, and begins it with the place and the separator. */
  begin(place: number, room: number): void;
  /** Copies bytes into the line. */
  copy(bytes: Buffer, start: number, end: number): void;
  put(byte: number): void;
  /** Ends the line. */
  end(): void;
  /** All lines. */
  taken(): readonly Uint8Array[];
}

/** Writes lines, about `expected` bytes in all, into buffers of about 256 KiB, between which no line is split. */
export function lineWriter(separator: number, expected: number, spare: Spare): LineWriter {
  const size = Math.min(LINES_ROOM, 2 * expected);
  const full: Uint8Array[] = [];
  let buffer: Buffer = Buffer.alloc(0);
  let at = 0;

  const finish = (): void => {
    if (at > 0) full.push(buffer.subarray(0, at));
    at = 0;
  };

  return {
    begin(place, room) {
      const needed = PLACE_DIGITS + 2 + room;
      if (at + needed > buffer.length) {
        finish();
        buffer = spare.take(Math.max(size, needed));
      }
      let width = 1;
      for (let bound = 10; place >= bound; bound *= 10) width++;
      let rest = place;
      for (let digit = at + width - 1; digit >= at; digit--) {
        const tenth = Math.floor(rest / 10);
        buffer[digit] = 0x30 + rest - tenth * 10;
        rest = tenth;
      }
      at += width;
      buffer[at++] = separator;
    },
    copy(bytes, start, end) {
      bytes.copy(buffer, at, start, end);
      at += end - start;
    },
    put(byte) {
      buffer[at++] = byte;
    },
    end() {
      buffer[at++] = LF;
    },
    taken() {
      finish();
      return full;
    },
  };
}

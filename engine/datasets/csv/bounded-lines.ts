import { asBuffer, CR, endOfLine, LF } from "./bytes.ts";
import { MAX_RECORD } from "./record-fault.ts";

/** Most bytes of what it gives in one go: not more than a line may have, so that only its first and last line can be too long. */
export const STEP = 256 * 1024;

/**
 * The same bytes, but of a line that is longer than {@link MAX_RECORD} only its first MAX_RECORD + 1 bytes and its line
 * break: it is rejected in any case, and takes no more memory than another. What it is rejected for stays the same, since
 * a scanner looks no further into a record.
 */
export async function* boundedLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  /** Bytes of the line that the last step ended in. */
  let open = 0;
  for await (const chunk of bytes) {
    for (let from = 0; from < chunk.length; from += STEP) {
      const step = asBuffer(chunk.subarray(from, from + STEP));
      const room = MAX_RECORD + 1 - open;
      const last = Math.max(step.lastIndexOf(LF), step.lastIndexOf(CR));
      if (step.length <= room) {
        open = last < 0 ? open + step.length : step.length - last - 1;
        yield step;
        continue;
      }
      const first = endOfLine(step, 0);
      open = last < 0 ? Math.min(open + first, MAX_RECORD + 1) : step.length - last - 1;
      if (first <= room) {
        yield step;
      } else {
        yield step.subarray(0, room);
        yield step.subarray(first);
      }
    }
  }
}

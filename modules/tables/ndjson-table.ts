import { isUtf8 } from "node:buffer";
import { digitsOf, exactly } from "../records/exact-numbers.ts";
import type { Cell, NdjsonTable, NoRow, Rows, TableRow } from "./table.ts";

/** Most bytes of a line: 1 MiB. */
const LONGEST = 1024 * 1024;
const LF = 0x0a;

/** A line of the file: its bytes with its line break, or undefined where it is too long. */
interface Line {
  readonly line: number;
  readonly bytes: Buffer | undefined;
}

/**
 * Opens an NDJSON (https://github.com/ndjson/ndjson-spec): an object a line, in UTF-8. Blank lines are no rows. Numbers keep each
 * of their digits with `exactNumbers`. Of a line of over 1 MiB only so much is held.
 */
export function ndjsonTable(bytes: AsyncIterable<Uint8Array>, exactNumbers: boolean): NdjsonTable {
  const all = linesOf(bytes);
  async function* parts(): AsyncGenerator<Rows, void, void> {
    for await (const lines of all) yield rowsOf(lines, exactNumbers);
  }
  return {
    format: "ndjson",
    parts: parts(),
    async [Symbol.asyncDispose]() {
      await all.return();
    },
  };
}

/** The lines that end in each chunk. */
async function* linesOf(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<readonly Line[], void, void> {
  let held: Uint8Array[] = [];
  let [size, line] = [0, 1];
  const hold = (piece: Uint8Array): void => {
    size += piece.length;
    if (size <= LONGEST + 2) held.push(piece);
    else held = [];
  };
  const taken = (): Line => {
    const taken = { line, bytes: size > LONGEST + 2 ? undefined : Buffer.concat(held) };
    [held, size, line] = [[], 0, line + 1];
    return taken;
  };
  for await (const chunk of bytes) {
    const lines: Line[] = [];
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      hold(chunk.subarray(from, at + 1));
      lines.push(taken());
      from = at + 1;
    }
    // Copied: the chunk's memory may be filled anew.
    if (from < chunk.length) hold(Buffer.from(chunk.subarray(from)));
    if (lines.length > 0) yield lines;
  }
  if (size > 0) yield [taken()];
}

function* rowsOf(lines: readonly Line[], exactNumbers: boolean): Generator<TableRow | NoRow> {
  for (const { line, bytes } of lines) {
    if (!bytes) yield { line, fault: "is of over 1 MiB" };
    else if (!isUtf8(bytes)) yield { line, fault: "is not in UTF-8" };
    else {
      const marked = line === 1 && bytes.subarray(0, 3).equals(MARK);
      const raw = marked ? bytes.subarray(3) : bytes;
      const text = raw.toString("utf8");
      if (text.trim() === "") continue;
      const cells = cellsOf(text, exactNumbers);
      yield typeof cells === "string" ? { line, fault: cells } : { line, cells, raw };
    }
  }
}

const MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** A text without any of this has no number but integers that JavaScript writes as they are. */
const NEEDS_DIGITS = /\d[.eE][-+]?\d|\d{16}|-0/;

/** The members of the object that a line is; a text that says why it is none. */
function cellsOf(text: string, exactNumbers: boolean): Map<string, Cell> | string {
  let value: unknown;
  try {
    value = exactNumbers && NEEDS_DIGITS.test(text) ? exactly(text) : JSON.parse(text);
  } catch (error) {
    return `is no JSON: ${error instanceof Error ? error.message : String(error)}`;
  }
  if (typeof value !== "object" || value === null || Array.isArray(value) || digitsOf(value) !== undefined)
    return "is no object";
  return new Map(Object.entries(value));
}

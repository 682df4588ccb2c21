import { cutFile, type CutOptions } from "../../../../engine/datasets/csv/cut-file.ts";
import type { Head, ParsedPart, Part, Rejection } from "../../../../engine/datasets/csv/part.ts";
import { parsePart, type ParseOptions } from "../../../../engine/datasets/csv/parse-part.ts";

/** A file that comes in chunks of these sizes, over and over. */
export async function* inChunks(file: Uint8Array | string, sizes = [64 * 1024]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(file);
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

/** A file's head and parts. */
export async function cut(
  file: Uint8Array | string,
  { sizes, ...options }: CutOptions & { sizes?: number[] } = {},
): Promise<{ head: Head; parts: Part[] }> {
  const heads: Head[] = [];
  const parts: Part[] = [];
  for await (const piece of cutFile(inChunks(file, sizes), options)) {
    if (piece.kind === "part") parts.push(piece);
    else if (parts.length === 0) heads.push(piece);
  }
  const [head, ...more] = heads;
  if (!head || more.length > 0) throw new Error("a file begins with its head, and has one");
  return { head, parts };
}

/** What became of a file in all its parts together. */
export interface Loaded {
  readonly head: Head;
  readonly parts: readonly Part[];
  readonly parsed: readonly ParsedPart[];
  /** Each row as its line has it, the place first. */
  readonly rows: readonly string[][];
  readonly rejections: readonly Rejection[];
}

/** Cuts and parses a file. */
export async function load(
  file: Uint8Array | string,
  options: CutOptions & { sizes?: number[] } & Pick<ParseOptions, "maxCell" | "key"> = {},
): Promise<Loaded> {
  const { head, parts } = await cut(file, options);
  const { delimiter, header } = head;
  const parsed = parts.map((part) => parsePart(part, { ...options, columns: header.length, delimiter }));
  return {
    head,
    parts,
    parsed,
    rows: parsed.flatMap(({ lines }) => rowsOf(Buffer.concat(lines).toString("utf8"), delimiter)),
    rejections: parsed.flatMap(({ rejections }) => rejections),
  };
}

/** The cells of lines as LOAD DATA reads them; a bare NULL shows as `<null>`. */
export function rowsOf(lines: string, delimiter: string): string[][] {
  const field = new RegExp(`"((?:[^"]|"")*)"(?=[${delimiter}\\n])|([^${delimiter}\\n]*)`, "y");
  const rows: string[][] = [];
  let at = 0;
  while (at < lines.length) {
    const row: string[] = [];
    do {
      field.lastIndex = row.length === 0 ? at : at + 1;
      const [whole = "", quoted, bare = ""] = field.exec(lines) ?? [];
      at = (row.length === 0 ? at : at + 1) + whole.length;
      row.push(quoted === undefined ? bare.replace(/^NULL$/, "<null>") : quoted.replaceAll('""', '"'));
    } while (lines[at] === delimiter);
    if (lines[at] !== "\n") throw new Error(`no line break at ${at} of ${JSON.stringify(lines)}`);
    at += 1;
    rows.push(row);
  }
  return rows;
}

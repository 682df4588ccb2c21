import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Delimiter } from "../../engine/datasets/csv/part.ts";
import type { Format } from "../records/record.ts";
import { csvTable } from "./csv-table.ts";
import { ndjsonTable } from "./ndjson-table.ts";
import type { CsvTable, NdjsonTable, Table } from "./table.ts";

/** Opens a CSV. The delimiter is found unless it is given. Rejects as {@link csvTable} does, and when the file cannot be read. */
export async function readCsv(
  file: string,
  delimiter: Delimiter | undefined,
  signal: AbortSignal,
): Promise<CsvTable> {
  return csvTable(bytesOf(file, signal), delimiter);
}

/** Opens an NDJSON. */
export function readNdjson(file: string, signal: AbortSignal, exactNumbers = true): NdjsonTable {
  return ndjsonTable(bytesOf(file, signal), exactNumbers);
}

/** How a table is to be read. */
export interface TableReading {
  /** Default: told by the file's first character, which is `{` in NDJSON. */
  readonly format?: Format | undefined;
  /** Of a CSV; default: found. */
  readonly delimiter?: Delimiter | undefined;
  /** Default true: numbers of an NDJSON keep each digit; false: they are read as JavaScript does. */
  readonly exactNumbers?: boolean;
}

/** Opens a table of either format. */
export async function readTable(
  file: string,
  { format, delimiter, exactNumbers = true }: TableReading,
  signal: AbortSignal,
): Promise<Table> {
  const known = format ?? (await formatOf(file));
  return known === "csv" ? readCsv(file, delimiter, signal) : readNdjson(file, signal, exactNumbers);
}

/** Bytes that are read at a time. */
const CHUNK = 256 * 1024;

/** Bytes from the beginning that are looked at. */
const HEAD = 4_096;

/** Opens the file when it is first asked for, and closes it when it is no longer. */
async function* bytesOf(file: string, signal: AbortSignal): AsyncGenerator<Buffer, void, void> {
  const chunks: AsyncIterable<Buffer> = createReadStream(file, { signal, highWaterMark: CHUNK });
  yield* chunks;
}

async function formatOf(file: string): Promise<Format> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(HEAD), position: 0 });
    const head = buffer.toString("utf8", 0, bytesRead).replace(/^\uFEFF/, "");
    return head.trimStart().startsWith("{") ? "ndjson" : "csv";
  } finally {
    await handle.close();
  }
}

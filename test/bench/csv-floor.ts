import { createReadStream } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { cutFile } from "../../engine/datasets/csv/cut-file.ts";
import type { Delimiter, Part } from "../../engine/datasets/csv/part.ts";
import { parsePart } from "../../engine/datasets/csv/parse-part.ts";
import { median, printTable, type Row } from "./kit.ts";
import { writePassengers } from "./passengers.ts";

const ROWS = 1_000_000;
const ROUNDS = 5;

/**
 * Cutting and parsing a CSV of 1,000,000 rows, in CPU time of one process, beside a loop that only looks at each byte.
 */
export async function csvFloor(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "caudal-bench-"));
  try {
    const file = path.join(folder, "passengers.csv");
    await writePassengers(file, ROWS);
    const bytes = await readFile(file);
    const loop: number[] = [];
    const cut: number[] = [];
    const parse: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      loop.push(await cpuOf(() => Promise.resolve(lineBreaks(bytes))));
      const cutting = await piecesOf(file);
      cut.push(cutting.ms);
      parse.push(await cpuOf(() => Promise.resolve(parseAll(cutting))));
    }
    const row = (what: string, ms: number): Row => ({
      what,
      ms: ms.toFixed(0),
      "MB/s": (bytes.length / 1_000 / ms).toFixed(0),
      "of the loop": (ms / median(loop)).toFixed(1),
    });
    printTable(`CSV: CPU for ${ROWS} rows, ${(bytes.length / 1e6).toFixed(0)} MB, median of ${ROUNDS}`, [
      row("a loop over the bytes", median(loop)),
      row("cutting, with reading the file", median(cut)),
      row("parsing", median(parse)),
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface Pieces {
  readonly columns: number;
  readonly delimiter: Delimiter;
  readonly parts: readonly Part[];
}

async function piecesOf(file: string): Promise<Pieces & { ms: number }> {
  let columns = 0;
  let delimiter: Delimiter = ",";
  const parts: Part[] = [];
  const ms = await cpuOf(async () => {
    for await (const piece of cutFile(createReadStream(file, { highWaterMark: 256 * 1024 }))) {
      if (piece.kind === "part") parts.push(piece);
      else [columns, delimiter] = [piece.header.length, piece.delimiter];
    }
  });
  return { columns, delimiter, parts, ms };
}

function parseAll({ columns, delimiter, parts }: Pieces): void {
  let rows = 0;
  for (const part of parts) rows += parsePart(part, { columns, delimiter }).rows;
  if (rows !== ROWS) throw new Error(`${rows} rows of ${ROWS}`);
}

function lineBreaks(bytes: Uint8Array): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at++) if (bytes[at] === 0x0a) count++;
  return count;
}

/** Milliseconds of CPU that the work took, in all threads of the process. */
async function cpuOf(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}

import type { Connection } from "../../mysql/pool.ts";
import { type CellCounts, tableName } from "../dataset.ts";

const CHUNKS = tableName("_chunks");

/** That a part is loaded: written in the transaction that has its rows. */
export interface ChunkRecord {
  readonly run: string;
  readonly part: number;
  readonly records: number;
  readonly loaded: number;
  readonly rejected: number;
  readonly cells: readonly CellCounts[];
}

/** What is loaded of a run so far. */
export interface ChunkSums {
  readonly chunks: number;
  readonly records: number;
  readonly loaded: number;
  readonly rejected: number;
}

/** Records that a part is loaded. A second time the server refuses it. */
export async function writeChunk(connection: Connection, chunk: ChunkRecord): Promise<void> {
  const { run, part, records, loaded, rejected, cells } = chunk;
  await connection.query(
    `INSERT INTO ${CHUNKS} (run, part, records, loaded, rejected, cells) VALUES (?, ?, ?, ?, ?, ?)`,
    [run, part, records, loaded, rejected, JSON.stringify(cells)],
  );
}

/** Whether a part is loaded. */
export async function isLoaded(connection: Connection, run: string, part: number): Promise<boolean> {
  const rows = await connection.query(`SELECT 1 FROM ${CHUNKS} WHERE run = ? AND part = ?`, [run, part]);
  return rows.length > 0;
}

/** What is loaded of a run. */
export async function sumsOf(connection: Connection, run: string): Promise<ChunkSums> {
  const [row = {}] = await connection.query(
    `SELECT COUNT(*) AS chunks, COALESCE(SUM(records), 0) AS records, COALESCE(SUM(loaded), 0) AS loaded,
       COALESCE(SUM(rejected), 0) AS rejected FROM ${CHUNKS} WHERE run = ?`,
    [run],
  );
  const number = (name: string): number => Number(row[name]);
  return {
    chunks: number("chunks"),
    records: number("records"),
    loaded: number("loaded"),
    rejected: number("rejected"),
  };
}

/** What the cells of a run's rows hold, one a column. */
export async function cellsOf(
  connection: Connection,
  run: string,
  columns: number,
): Promise<readonly CellCounts[]> {
  const rows = await connection.query(`SELECT cells FROM ${CHUNKS} WHERE run = ?`, [run]);
  const parts = rows.map((row) => JSON.parse(String(row["cells"])) as CellCounts[]);
  const none: CellCounts = { filled: 0, numbers: 0, dates: 0, codes: 0 };
  return Array.from({ length: columns }, (_, column) =>
    parts.reduce((sum, cells) => addedCells(sum, cells[column] ?? none), none),
  );
}

/** What the cells of two files hold together. */
export function addedCells(one: CellCounts, other: CellCounts): CellCounts {
  return {
    filled: one.filled + other.filled,
    numbers: one.numbers + other.numbers,
    dates: one.dates + other.dates,
    codes: one.codes + other.codes,
  };
}

/** Forgets the parts of a run. */
export async function forgetChunks(connection: Connection, run: string): Promise<void> {
  await connection.query(`DELETE FROM ${CHUNKS} WHERE run = ?`, [run]);
}

import type { Connection, FullConnection, Row } from "../../mysql/pool.ts";
import type { Delimiter } from "../csv/part.ts";
import { tableName } from "../dataset.ts";
import type { NameNote } from "../file/names/column-names.ts";
import type { LoadRequest } from "./request.ts";

const LOADS = tableName("_loads");

/**
 * Where a load is: `reading` while its file comes in; `complete` when all of its parts are on their way; `done` while
 * its rows are in the table; `replaced` when they are not any more; `ending` while what it made is taken away, and
 * `ended` when nothing of it is left.
 */
export type LoadState = "reading" | "complete" | "done" | "replaced" | "ending" | "ended";

/** What the beginning of a load's file told. */
export interface LoadHead {
  readonly delimiter: Delimiter;
  /** As the header has them. */
  readonly header: readonly string[];
  /** Names of the columns, one for each cell of the header. */
  readonly names: readonly string[];
  readonly notes: readonly NameNote[];
  /** Of the blob that is read, where the file was sent to an upload address. */
  readonly etag?: string;
  /** Known when the file is in. */
  readonly encoding?: string;
}

/** How a load ends that brings nothing into the table. */
export interface LoadEnd {
  readonly status: "failed" | "cancelled" | "succeeded";
  readonly error?: string;
  /** What the run is to say of itself. */
  readonly result?: Readonly<Record<string, unknown>>;
}

/** A load, as `_loads` keeps it. */
export interface LoadRecord {
  readonly run: string;
  readonly dataset: string;
  readonly state: LoadState;
  readonly request: LoadRequest;
  readonly head: LoadHead;
  /** When it is `done`: the run's result; when `ending` or `ended`: how. */
  readonly outcome?: Readonly<Record<string, unknown>>;
  /** Of the bytes as they came. */
  readonly sha256?: string;
  /** How many parts and records the file has, once it is in. */
  readonly parts?: number;
  readonly records?: number;
  /** Bytes that came so far. */
  readonly bytes: number;
}

const COLUMNS = "run, dataset, state, request, head, outcome, sha256, parts, records, bytes";

/** The load of a run; undefined where it has none, or not yet. */
export async function readLoad(connection: Connection, run: string): Promise<LoadRecord | undefined> {
  const [row] = await connection.query(`SELECT ${COLUMNS} FROM ${LOADS} WHERE run = ?`, [run]);
  return row && recordOf(row);
}

/** Records that a load begins; one that has begun stays as it is. */
export async function beginLoad(
  connection: Connection,
  { run, request, head }: Pick<LoadRecord, "run" | "request" | "head">,
): Promise<void> {
  await connection.query(
    `INSERT IGNORE INTO ${LOADS} (run, dataset, state, request, head, begun, seen)
     VALUES (?, ?, 'reading', ?, ?, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3))`,
    [run, request.table, JSON.stringify(request), JSON.stringify(head)],
  );
}

/** Says that a load's file still comes in, and how much did; false where the load ended meanwhile. */
export async function keepReading(connection: FullConnection, run: string, bytes: number): Promise<boolean> {
  const { rows } = await connection.write(
    `UPDATE ${LOADS} SET seen = UTC_TIMESTAMP(3), bytes = ? WHERE run = ? AND state = 'reading'`,
    [bytes, run],
  );
  return rows === 1;
}

/** Records that a load's file is in; false where the load ended meanwhile. Said again of a complete one, true. */
export async function completeLoad(
  connection: FullConnection,
  run: string,
  { sha256, parts, records, bytes }: Required<Pick<LoadRecord, "sha256" | "parts" | "records" | "bytes">>,
  encoding: string,
): Promise<boolean> {
  const { rows } = await connection.write(
    `UPDATE ${LOADS} SET state = 'complete', seen = UTC_TIMESTAMP(3), sha256 = ?, parts = ?, records = ?, bytes = ?,
       head = JSON_SET(head, '$.encoding', ?)
     WHERE run = ? AND state IN ('reading', 'complete')`,
    [sha256, parts, records, bytes, encoding, run],
  );
  return rows === 1;
}

/** Says that a load is still worked on. */
export async function noteWork(connection: Connection, run: string): Promise<void> {
  await connection.query(`UPDATE ${LOADS} SET seen = UTC_TIMESTAMP(3) WHERE run = ?`, [run]);
}

/** Has a load end without effect, unless it is in the table by now or is ending already: then false. */
export async function beginEnd(connection: FullConnection, run: string, end: LoadEnd): Promise<boolean> {
  const { rows } = await connection.write(
    `UPDATE ${LOADS} SET state = 'ending', seen = UTC_TIMESTAMP(3), outcome = ?
     WHERE run = ? AND state IN ('reading', 'complete')`,
    [JSON.stringify(end), run],
  );
  return rows === 1;
}

/** Moves a load from a state to the next. */
export async function moveLoad(
  connection: Connection,
  run: string,
  from: LoadState,
  to: LoadState,
): Promise<void> {
  await connection.query(`UPDATE ${LOADS} SET state = ? WHERE run = ? AND state = ?`, [to, run, from]);
}

/**
 * Records, in the transaction that changes the table, that a load's rows are in it, and what the run will say of it.
 * `alone`: they are all that is in it now.
 */
export async function markDone(
  connection: Connection,
  { run, dataset }: Pick<LoadRecord, "run" | "dataset">,
  result: Readonly<Record<string, unknown>>,
  alone: boolean,
): Promise<void> {
  if (alone) await markReplaced(connection, dataset);
  await connection.query(
    `UPDATE ${LOADS} SET state = 'done', seen = UTC_TIMESTAMP(3), outcome = ? WHERE run = ?`,
    [JSON.stringify(result), run],
  );
}

/** Records that nothing of what was loaded so far is in the table any more. */
export async function markReplaced(connection: Connection, dataset: string): Promise<void> {
  await connection.query(`UPDATE ${LOADS} SET state = 'replaced' WHERE dataset = ? AND state = 'done'`, [
    dataset,
  ]);
}

/** Loads whose rows are in the table, the last one first; of a content, or all. */
export async function loadsIn(
  connection: Connection,
  dataset: string,
  sha256?: string,
): Promise<readonly LoadRecord[]> {
  const rows = await connection.query(
    `SELECT ${COLUMNS} FROM ${LOADS} WHERE dataset = ? AND state = 'done'${sha256 === undefined ? "" : " AND sha256 = ?"}
     ORDER BY seen DESC LIMIT 100`,
    sha256 === undefined ? [dataset] : [dataset, sha256],
  );
  return rows.map(recordOf);
}

/** Loads in a state of which nobody was heard for so many seconds. */
export async function silentLoads(
  connection: Connection,
  state: LoadState,
  seconds: number,
): Promise<readonly LoadRecord[]> {
  const rows = await connection.query(
    `SELECT ${COLUMNS} FROM ${LOADS} WHERE state = ? AND seen < UTC_TIMESTAMP(3) - INTERVAL ? SECOND LIMIT 100`,
    [state, seconds],
  );
  return rows.map(recordOf);
}

function recordOf(row: Row): LoadRecord {
  const text = (name: string): string | undefined => {
    const value = row[name];
    return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
  };
  const [outcome, sha256, parts, records] = [text("outcome"), text("sha256"), text("parts"), text("records")];
  return {
    run: String(row["run"]),
    dataset: String(row["dataset"]),
    state: String(row["state"]) as LoadState,
    request: JSON.parse(String(row["request"])) as LoadRequest,
    head: JSON.parse(String(row["head"])) as LoadHead,
    ...(outcome === undefined ? {} : { outcome: JSON.parse(outcome) as Record<string, unknown> }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(parts === undefined ? {} : { parts: Number(parts) }),
    ...(records === undefined ? {} : { records: Number(records) }),
    bytes: Number(row["bytes"]),
  };
}

import { Readable } from "node:stream";
import { CancelledError } from "../../errors/cancelled-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { FullConnection } from "../../mysql/pool.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { parsePart } from "../csv/parse-part.ts";
import type { Delimiter, ParsedPart } from "../csv/part.ts";
import { rejectionsFile } from "../csv/rejections.ts";
import { tableName } from "../dataset.ts";
import { isLoaded, writeChunk } from "./chunk-record.ts";
import { endLoad } from "./end-load.ts";
import { finishWhenComplete } from "./finish-when-complete.ts";
import type { LoadMessage } from "./load-message.ts";
import { type LoadRecord, noteWork, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { partBlob, rejectionsBlob, stagingTable } from "./names.ts";
import { getPart } from "./part-blob.ts";
import { persistently } from "./persistently.ts";
import { showProgress } from "./progress.ts";
import { keyColumns } from "./same-columns.ts";

/** Loads one part after the other, as its messages come. */
export type PartLoader = (message: LoadMessage) => Promise<void>;

/** How often a host shows how far a load is, in milliseconds. */
const SHOW_MS = 1_000;

/**
 * Makes the loader of a host: it parses a part strictly, and brings its rows and the marker that they are in into the
 * run's own table, in one transaction. A part that is in already is left alone; one of a load that ended is dropped. What
 * fails for good ends the load; everything else rejects after a minute of patience, so that the message comes again.
 */
export function createPartLoader(loading: Loading): PartLoader {
  const { ports, datasets } = loading;
  const shown = new Map<string, number>();

  const show = async (run: string): Promise<void> => {
    const now = ports.clock.now();
    if (now - (shown.get(run) ?? 0) < SHOW_MS) return;
    if (shown.size > 100) shown.clear();
    shown.set(run, now);
    const pool = await datasets.pool();
    await pool.use((connection) => noteWork(connection, run));
    await showProgress(loading, run);
  };

  const loadOnce = async (message: LoadMessage): Promise<void> => {
    const { run, part } = message;
    const pool = await datasets.patientPool();
    const load = await pool.use((connection) => readLoad(connection, run));
    if (load?.state !== "reading" && load?.state !== "complete") {
      // It may have come after its load was cleared away.
      return ports.blobs.delete(partBlob(run, part));
    }
    if (!(await pool.use((connection) => isLoaded(connection, run, part)))) {
      await heedCancellation(ports.documents, run);
      const parsed = await parsedPart(loading, load, message);
      if (parsed === undefined) return;
      await pool.transaction((connection) => bringIn(connection, message, load.head.delimiter, parsed));
      for (const lines of parsed.lines) loading.spare.lines.give(lines);
      await show(run);
    }
    await Promise.all([ports.blobs.delete(partBlob(run, part)), finishWhenComplete(loading, run)]);
  };

  return async (message) => {
    const { run, part } = message;
    try {
      await persistently(ports.log, `loading part ${part} of the load ${run}`, () =>
        loading.partTurns(() => loadOnce(message)),
      );
    } catch (error) {
      const cancelled = error instanceof CancelledError;
      if (!cancelled && !(error instanceof PermanentError)) throw error;
      if (!cancelled) ports.log("error", `the load ${run} failed`, { error: error.message });
      const end = cancelled
        ? ({ status: "cancelled" } as const)
        : ({ status: "failed", error: error.message } as const);
      await persistently(ports.log, `ending the load ${run}`, () => endLoad(loading, run, end));
    }
  };
}

/** Reads and parses a part, and keeps what is rejected; undefined where the load ended meanwhile. */
async function parsedPart(
  { ports, datasets, spare }: Loading,
  { run, request, head }: LoadRecord,
  { part, records, firstRecord, firstLine }: LoadMessage,
): Promise<ParsedPart | undefined> {
  const bytes = await getPart(ports.blobs, run, part, spare.parts);
  if (!bytes) {
    const pool = await datasets.pool();
    const loaded = await pool.use(async (connection) => {
      const load = await readLoad(connection, run);
      const going = load?.state === "reading" || load?.state === "complete";
      return !going || isLoaded(connection, run, part);
    });
    if (loaded) return undefined;
    throw new PermanentError(`part ${part} is gone from Blob Storage`);
  }
  const { names, delimiter } = head;
  const key = keyColumns(request.key ?? [], names).map((name) => names.indexOf(name));
  const parsed = parsePart(
    { bytes, firstRecord, firstLine },
    { columns: names.length, delimiter, key, spare: spare.lines },
  );
  // Rows and rejections are copies.
  spare.parts.give(bytes);
  const { rows, rejections } = parsed;
  if (rows + rejections.length !== records) {
    throw new PermanentError(
      `part ${part} has ${records} records, but ${rows} rows and ${rejections.length} rejections`,
    );
  }
  const [first] = rejections;
  if (first && request.strict) {
    throw new PermanentError(`line ${first.line}: ${first.reason} (the load is strict)`);
  }
  if (first) await ports.blobs.put(rejectionsBlob(run, part), rejectionsFile(rejections));
  return parsed;
}

async function bringIn(
  connection: FullConnection,
  { run, part, records }: LoadMessage,
  delimiter: Delimiter,
  { rows, rejections, lines, cells }: ParsedPart,
): Promise<void> {
  // First, so that another host with the same part waits here, and is refused then.
  await writeChunk(connection, { run, part, records, loaded: rows, rejected: rejections.length, cells });
  if (rows === 0) return;
  const written = await connection.load(
    `LOAD DATA LOCAL INFILE 'part' INTO TABLE ${tableName(stagingTable(run))} CHARACTER SET utf8mb4
     FIELDS TERMINATED BY '${delimiter}' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n'`,
    () => Readable.from(lines),
  );
  // LOCAL makes faults of rows warnings: only the counts tell.
  if (written.rows === rows && written.warnings === 0) return;
  const warnings = await connection.query("SHOW WARNINGS LIMIT 3");
  const said = warnings.map((row) => String(row["Message"])).join("; ");
  throw new PermanentError(
    `MySQL took ${written.rows} of the ${rows} rows of part ${part}, with ${written.warnings} warnings: ${said}`,
  );
}

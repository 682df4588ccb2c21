import { FileFaultError } from "../../errors/file-fault-error.ts";
import type { Connection, FullConnection } from "../../mysql/pool.ts";
import type { Dataset, DatasetColumn } from "../dataset.ts";
import { readDataset, writeDataset } from "../registry.ts";
import { type Added, addRows } from "./add-rows.ts";
import { addedCells, cellsOf, type ChunkSums } from "./chunk-record.ts";
import { type LoadRecord, markDone, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { madeTable, stagingTable } from "./names.ts";
import { addKey, keyBeside } from "./row-key.ts";
import { keyColumns, sameColumns } from "./same-columns.ts";
import { createTable, dropTables, makerOf } from "./staging.ts";
import { checkFit } from "./start-load.ts";
import { swapIn } from "./swap.ts";

/**
 * Brings the rows of a load whose parts are all in into the dataset's table, and records both in one step: a new table
 * takes the place of the old one, or one transaction adds to it. Throws a PermanentError where that cannot be.
 */
export async function intoTable(loading: Loading, load: LoadRecord, sums: ChunkSums): Promise<void> {
  const { datasets } = loading;
  const { run, dataset: table, request, head } = load;
  const pool = await datasets.patientPool();
  const { dataset, cells } = await pool.use(async (connection) => ({
    dataset: await readDataset(connection, table),
    cells: await cellsOf(connection, run, head.names.length),
  }));
  await pool.use((connection) => checkRecorded(connection, load));
  if (dataset && dataset.owner !== request.owner) {
    throw new FileFaultError(`the table "${table}" belongs to another`);
  }
  if (dataset && request.mode === "create") {
    throw new FileFaultError(`there is a table "${table}" by now: say mode=append, replace or upsert`);
  }
  checkFit(request, head.names, dataset);
  const fresh = columnsOf(load, cells);
  const now = new Date(loading.ports.clock.now()).toISOString();
  const record = async (
    connection: Connection,
    made: Pick<Dataset, "columns" | "rows"> & { key?: readonly string[] | undefined },
    alone: boolean,
    more: Partial<Added> = {},
  ): Promise<void> => {
    const { key, ...rest } = made;
    await writeDataset(connection, {
      table,
      owner: request.owner,
      ...rest,
      ...(key ? { key } : {}),
      version: run,
      createdAt: dataset?.createdAt ?? now,
      loadedAt: now,
    });
    await markDone(connection, load, resultOf(load, sums, { ...more, rows: made.rows }), alone);
  };

  if (!dataset || request.mode === "replace") {
    const key = request.mode === "upsert" ? keyColumns(request.key ?? [], head.names) : undefined;
    const added = key && (await makeByKey(loading, load, key, sums.loaded));
    const from = key ? madeTable(run) : stagingTable(run);
    const rows = added?.rows ?? sums.loaded;
    return swapIn(datasets, { run, table, from }, (connection) =>
      record(connection, { columns: fresh, rows, key }, true, added),
    );
  }

  const fromNames = sameColumns(dataset, head.names);
  const byName = new Map(fresh.map((column) => [column.name, column]));
  const columns = dataset.columns.map((column, place) => {
    const more = byName.get(fromNames[place] ?? "");
    return more ? { ...column, cells: addedCells(column.cells, more.cells) } : column;
  });
  const names = columns.map(({ name }) => name);
  const byKey = request.mode === "upsert";
  const key = byKey ? (dataset.key ?? keyColumns(request.key ?? [], names)) : undefined;
  if (key && !dataset.key) await pool.use((connection) => addKey(connection, table, key));
  await pool.transaction(async (connection: FullConnection) => {
    const from = stagingTable(run);
    const counts = { before: dataset.rows, given: sums.loaded };
    const added = await addRows(connection, { to: table, names, from, fromNames, ...counts, byKey });
    if (!byKey && added.inserted !== sums.loaded) {
      throw new FileFaultError(`MySQL added ${added.inserted} rows of ${sums.loaded}`);
    }
    await record(connection, { columns, rows: added.rows, key }, false, byKey ? added : {});
  });
}

/** Throws where the table is what another load made of it that has not recorded so yet, and may have to take it back. */
async function checkRecorded(connection: Connection, { run, dataset: table }: LoadRecord): Promise<void> {
  const maker = await makerOf(connection, table);
  if (!maker || maker === run) return;
  const state = (await readLoad(connection, maker))?.state;
  if (state === "complete" || state === "ending") {
    throw new Error(`the load ${maker} of the table "${table}" is not recorded yet`);
  }
}

/** Makes a new table in which each key has one row. */
async function makeByKey(
  { datasets }: Loading,
  load: LoadRecord,
  key: readonly string[],
  given: number,
): Promise<Added> {
  const { run, head } = load;
  const { names } = head;
  const pool = await datasets.patientPool();
  await pool.use(async (connection) => {
    await dropTables(connection, madeTable(run));
    await createTable(connection, madeTable(run), { run, names, beside: keyBeside(key) });
  });
  return pool.transaction((connection) =>
    addRows(connection, {
      to: madeTable(run),
      names,
      from: stagingTable(run),
      fromNames: names,
      before: 0,
      given,
      byKey: true,
    }),
  );
}

function columnsOf({ head }: LoadRecord, cells: readonly DatasetColumn["cells"][]): DatasetColumn[] {
  const none = { filled: 0, numbers: 0, dates: 0, codes: 0 };
  return head.names.map((name, place) => ({
    name,
    header: head.header[place] ?? name,
    cells: cells[place] ?? none,
  }));
}

/** What the run says when it has ended. */
function resultOf(
  { dataset: table, head, bytes, sha256, parts }: LoadRecord,
  { loaded, rejected, chunks }: ChunkSums,
  { rows, inserted, updated }: Partial<Added>,
): Record<string, unknown> {
  const { names, notes, delimiter } = head;
  return {
    table,
    rows,
    loaded,
    rejected,
    ...(inserted === undefined ? {} : { inserted, updated }),
    bytes,
    columns: names,
    notes,
    encoding: head.encoding,
    delimiter: delimiter === "\t" ? "tab" : delimiter,
    sha256,
    chunks: { done: chunks, total: parts },
  };
}

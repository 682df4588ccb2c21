import { CancelledError } from "../../errors/cancelled-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { readRun } from "../../runs/run.ts";
import { sumsOf } from "./chunk-record.ts";
import { type Alone, alone, clearAway, endLoad, endRunOf } from "./end-load.ts";
import { intoTable } from "./into-table.ts";
import { type LoadEnd, type LoadRecord, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { persistently } from "./persistently.ts";
import { sameContent } from "./same-content.ts";

/**
 * Finishes a load of which all parts are in: checks that nothing is missing, and brings its rows into the table in one
 * step. Can be called at any time and again after a crash at any point; a load that is not that far stays as it is.
 */
export async function finishLoad(loading: Loading, run: string): Promise<void> {
  const { ports } = loading;
  try {
    await persistently(ports.log, `finishing the load ${run}`, async () => {
      const load = await current(loading, run);
      if (!load) return endRunOf(loading, run, { status: "failed", error: NO_FILE });
      await alone(loading, load.dataset, () => finishOnce(loading, run));
    });
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    // Of the server, which would refuse it each time.
    const end = { status: "failed", error: error.message } as const;
    ports.log("error", `the load ${run} failed`, { error: error.message });
    await persistently(ports.log, `ending the load ${run}`, () => endLoad(loading, run, end));
    // Its rows are in the table, but not all that follows from that is done.
    if ((await readRun(ports.documents, run))?.endedAt === undefined) throw error;
  }
}

/** Of a run that is started again although its file came with a request, which is over. */
const NO_FILE = "the file of this load is not kept: send it again";

/** What is done here is done while nobody else changes the table. */
const asOneAlone: Alone = (_loading, _table, work) => work();

async function finishOnce(loading: Loading, run: string): Promise<void> {
  const load = await current(loading, run);
  switch (load?.state) {
    case "complete":
      return finishComplete(loading, load);
    case "done":
    case "replaced":
      return settle(loading, load);
    case "ending":
      return endLoad(loading, run, { status: "failed" }, asOneAlone);
    default:
  }
}

async function finishComplete(loading: Loading, load: LoadRecord): Promise<void> {
  const { ports, datasets } = loading;
  const { run, dataset: table } = load;
  const pool = await datasets.pool();
  const sums = await pool.use((connection) => sumsOf(connection, run));
  if (sums.chunks < (load.parts ?? 0)) return;
  try {
    const known = await readRun(ports.documents, run);
    // By the broker, say, that gave up its message.
    if (known?.endedAt !== undefined) return await endLoad(loading, run, known as LoadEnd, asOneAlone);
    await heedCancellation(ports.documents, run);
    const { records, loaded, rejected, chunks } = sums;
    if (chunks !== load.parts || records !== load.records || loaded + rejected !== records) {
      throw new PermanentError(
        `the file has ${load.records} records in ${load.parts} parts, but ${loaded} were loaded and ${rejected} rejected of ${records} in ${chunks}`,
      );
    }
    if (loaded === 0 && rejected > 0 && load.request.mode === "replace") {
      throw new PermanentError(
        `none of the ${rejected} records is a row: nothing is put in the place of what the table has`,
      );
    }
    const same = load.request.again
      ? undefined
      : await pool.use((connection) => sameContent(connection, load.request, load.sha256 ?? ""));
    if (same !== undefined) {
      const end = { status: "succeeded", result: { table, already: same } } as const;
      return await endLoad(loading, run, end, asOneAlone);
    }
    await intoTable(loading, load, sums);
  } catch (error) {
    if (error instanceof CancelledError) {
      return endLoad(loading, run, { status: "cancelled" }, asOneAlone);
    }
    if (!(error instanceof PermanentError)) throw error;
    ports.log("error", `the load ${run} of ${table} failed`, { error: error.message });
    return endLoad(loading, run, { status: "failed", error: error.message }, asOneAlone);
  }
  const done = await current(loading, run);
  if (done) await settle(loading, done);
}

/** What is left to do when the rows are in the table. */
async function settle(loading: Loading, load: LoadRecord): Promise<void> {
  const { run, dataset: table, request, outcome = {} } = load;
  await clearAway(loading, run, request.upload);
  const { ports } = loading;
  const known = await readRun(ports.documents, run);
  if (known?.endedAt !== undefined) return;
  await loading.loaded?.(table, known?.actor ?? request.owner);
  const rows = Number(outcome["loaded"]);
  await endRunOf(loading, run, { status: "succeeded", result: outcome, rows });
}

async function current({ datasets }: Loading, run: string): Promise<LoadRecord | undefined> {
  const pool = await datasets.pool();
  return pool.use((connection) => readLoad(connection, run));
}

import { CancelledError } from "../../errors/cancelled-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { readRun } from "../../runs/run.ts";
import { sumsOf } from "./chunk-record.ts";
import { clearAway, endLoad, endRunOf } from "./end-load.ts";
import { intoTable } from "./into-table.ts";
import { type LoadEnd, type LoadRecord, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { persistently } from "./persistently.ts";
import { sameContent } from "./same-content.ts";
import { oneAtATime } from "./one-at-a-time.ts";

/**
 * Finishes a load of which all parts are in: checks that nothing is missing, and brings its rows into the table in one
 * step. Can be called at any time and again after a crash at any point; a load that is not that far stays as it is.
 */
export async function finishLoad(loading: Loading, run: string): Promise<void> {
  await persistently(loading.ports.log, `finishing the load ${run}`, async () => {
    const load = await current(loading, run);
    if (!load) return endRunOf(loading, run, { status: "failed", error: NO_FILE });
    await loading.finishTurns(() =>
      oneAtATime(loading.datasets, load.dataset, () => finishOnce(loading, run)),
    );
  });
}

/** Of a run that is started again although its file came with a request, which is over. */
const NO_FILE = "the file of this load is not kept: send it again";

async function finishOnce(loading: Loading, run: string): Promise<void> {
  const load = await current(loading, run);
  switch (load?.state) {
    case "complete":
      return finishComplete(loading, load);
    case "done":
    case "replaced":
      return settle(loading, load);
    case "ending":
      return endLoad(loading, run, { status: "failed" });
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
    if (known?.endedAt !== undefined) return await endLoad(loading, run, known as LoadEnd);
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
      return await endLoad(loading, run, { status: "succeeded", result: { table, already: same } });
    }
    await intoTable(loading, load, sums);
  } catch (error) {
    if (error instanceof CancelledError) return endLoad(loading, run, { status: "cancelled" });
    if (!(error instanceof PermanentError)) throw error;
    ports.log("error", `the load ${run} of ${table} failed`, { error: error.message });
    return endLoad(loading, run, { status: "failed", error: error.message });
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

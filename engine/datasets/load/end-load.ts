import { changeRun } from "../../runs/change.ts";
import type { RunStatus } from "../../runs/run.ts";
import { forgetChunks } from "./chunk-record.ts";
import { beginEnd, type LoadEnd, moveLoad, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { madeTable, oldTable, partsPrefix, stagingTable, UPLOADS } from "./names.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import { dropTables } from "./staging.ts";
import { swapBack } from "./swap.ts";

/** Does work while nobody else changes a table. */
export type Alone = <T>(loading: Loading, table: string, work: () => Promise<T>) => Promise<T>;

/** Waits for its turn, on this host and among all. */
export const alone: Alone = (loading, table, work) =>
  loading.finishTurns(() => oneAtATime(loading.datasets, table, work));

/**
 * Ends a load so that nothing of it is left but its run and what was rejected: the table stays as it was. One whose rows
 * are in the table by now, or that ended before, stays as it is; one that was ending goes on to, as was said first.
 * `guard`: for who has the table to itself already.
 */
export async function endLoad(
  loading: Loading,
  run: string,
  end: LoadEnd,
  guard: Alone = alone,
): Promise<void> {
  const pool = await loading.datasets.pool();
  const load = await pool.use(async (connection) => {
    await beginEnd(connection, run, end);
    return readLoad(connection, run);
  });
  if (!load) return endRunOf(loading, run, end);
  if (load.state !== "ending") return;
  const { dataset: table, parts, request } = load;
  // Before its parts were all on their way, nobody has swapped anything in.
  if (parts !== undefined) await guard(loading, table, () => swapBack(loading.datasets, { run, table }));
  await clearAway(loading, run, request.upload);
  await endRunOf(loading, run, (load.outcome ?? end) as unknown as LoadEnd);
  await pool.use((connection) => moveLoad(connection, run, "ending", "ended"));
}

/** Takes away what a load needs no more; its rejections stay. An upload goes, too: with the load that it was for. */
export async function clearAway(
  { ports, datasets }: Loading,
  run: string,
  upload: string | undefined,
): Promise<void> {
  const pool = await datasets.patientPool();
  await pool.use(async (connection) => {
    await dropTables(connection, stagingTable(run), madeTable(run), oldTable(run));
    await forgetChunks(connection, run);
  });
  for await (const name of ports.blobs.list(partsPrefix(run))) await ports.blobs.delete(name);
  if (upload?.startsWith(UPLOADS)) await ports.blobs.delete(upload);
}

/** What the run of a load says when it has ended. */
interface RunEnd {
  readonly status: RunStatus;
  readonly error?: string;
  readonly result?: LoadEnd["result"];
  /** How many were loaded, where that is all of them. */
  readonly rows?: number;
}

/** Ends the run of a load, unless it has ended. */
export async function endRunOf(
  { ports }: Loading,
  run: string,
  { status, error, result, rows }: RunEnd,
): Promise<void> {
  await changeRun(ports, run, (known) => ({
    ...known,
    status,
    endedAt: new Date(ports.clock.now()).toISOString(),
    ...(error === undefined ? {} : { error }),
    ...(result === undefined ? {} : { result }),
    ...(rows === undefined ? {} : { progress: { done: rows, total: rows, unit: known.progress.unit } }),
  }));
}

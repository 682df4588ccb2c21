import { changeRun } from "../../runs/change.ts";
import { sumsOf } from "./chunk-record.ts";
import { readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";

/** Shows on a load's run how far it is. One that has ended stays as it is. */
export async function showProgress({ ports, datasets }: Loading, run: string): Promise<void> {
  const pool = await datasets.pool();
  const { load, sums } = await pool.use(async (connection) => ({
    load: await readLoad(connection, run),
    sums: await sumsOf(connection, run),
  }));
  if (!load || (load.state !== "reading" && load.state !== "complete")) return;
  const result = {
    table: load.dataset,
    bytes: load.bytes,
    rows: sums.loaded,
    rejected: sums.rejected,
    chunks: { done: sums.chunks, total: load.parts ?? null },
  };
  const progress = { done: sums.loaded, total: load.records ?? null, unit: "rows" };
  await changeRun(ports, run, (known) => ({ ...known, progress, result }));
}

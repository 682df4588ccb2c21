import { RUNS } from "../../define/topology.ts";
import type { RunMessage } from "../../runs/start.ts";
import { sumsOf } from "./chunk-record.ts";
import { readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";

/**
 * Sends for the finishing of a load once its file is in and all of its parts are loaded; whoever brings the last of
 * these calls it. `again` makes it another message for the broker, where an earlier one may have been lost.
 */
export async function finishWhenComplete(
  { ports, datasets }: Loading,
  run: string,
  again = "",
): Promise<void> {
  const pool = await datasets.pool();
  const { load, sums } = await pool.use(async (connection) => ({
    load: await readLoad(connection, run),
    sums: await sumsOf(connection, run),
  }));
  if (load?.state !== "complete" || load.parts === undefined || sums.chunks < load.parts) return;
  const body: RunMessage = { kind: "load", name: load.dataset, run };
  await ports
    .queue(RUNS)
    .send([{ body, sessionId: finishingSession(load.dataset), messageId: `${run}#finish${again}` }]);
}

/** Loads of a table are finished one at a time. */
export function finishingSession(table: string): string {
  return `load|${table}`;
}

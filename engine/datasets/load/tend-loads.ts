import { readRun } from "../../runs/run.ts";
import { endLoad } from "./end-load.ts";
import { finishWhenComplete } from "./finish-when-complete.ts";
import { type LoadEnd, silentLoads } from "./load-record.ts";
import type { Loading } from "./loading.ts";

/** A file that still comes in is heard of every second: after so many, whoever read it is gone. */
const SILENT_S = 120;

/**
 * Looks after loads of which nobody was heard for two minutes: one whose file did not come to its end ends as failed,
 * one that was ending goes on to, and one that may wait for its finishing is sent for again. Called every minute.
 */
export async function tendLoads(loading: Loading): Promise<void> {
  const { ports, datasets } = loading;
  const pool = await datasets.pool();
  const silent = (state: Parameters<typeof silentLoads>[1]): ReturnType<typeof silentLoads> =>
    pool.use((connection) => silentLoads(connection, state, SILENT_S));
  for (const { run } of await silent("reading")) {
    ports.log("warn", `the file of the load ${run} did not come to its end`);
    await endLoad(loading, run, { status: "failed", error: BROKEN_OFF });
  }
  for (const { run } of await silent("ending")) await endLoad(loading, run, { status: "failed" });
  for (const { run } of await silent("complete")) {
    const known = await readRun(ports.documents, run);
    if (known?.endedAt === undefined) await finishWhenComplete(loading, run, `@${ports.clock.now()}`);
    else await endLoad(loading, run, known as LoadEnd);
  }
}

const BROKEN_OFF = "the upload broke off: the host that read it was stopped; send the file again";

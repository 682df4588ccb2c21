import { endLoad } from "../../engine/datasets/load/end-load.ts";
import { type LoadRecord, readLoad } from "../../engine/datasets/load/load-record.ts";
import type { Loading } from "../../engine/datasets/load/loading.ts";
import { persistently } from "../../engine/datasets/load/persistently.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { permanently } from "../blaming-settings.ts";
import { loadIdOf } from "./load-id.ts";

/** What a step finds of its own doing before. */
export type FoundLoad =
  /** There is none, or only such as ended without effect: this one is to begin. */
  | { readonly found: "none"; readonly run: string }
  /** Its file did not come to its end: read again under the same run, it goes on. */
  | { readonly found: "reading"; readonly run: string; readonly load: LoadRecord }
  /** Its file is in: the rows are in the table, or others bring them there. */
  | { readonly found: "in"; readonly run: string };

/** Most loads that one step may begin. */
const MOST = 100;

/**
 * The load that a step has begun, or is to begin. One that was begun with another file (`etag` names it: an address
 * that gives another each time), and did not come to its end, is ended first: only one that ended without effect
 * makes room for the next, so that the rows of one alone get into the table. Rejects when MySQL, store or blobs fail.
 */
export async function findLoad(loading: Loading, idempotencyKey: string, etag: string): Promise<FoundLoad> {
  for (let begun = 0; begun < MOST; begun++) {
    const run = loadIdOf(idempotencyKey, begun);
    let load = await readPatiently(loading, run);
    if (load?.state === "reading" && load.head.etag !== etag) {
      await endLoad(loading, run, { status: "failed", error: "its file became another; it is loaded anew" });
      load = await readPatiently(loading, run);
    }
    if (load?.state === "ending") {
      await endLoad(loading, run, { status: "failed" });
      load = await readPatiently(loading, run);
    }
    if (!load) return { found: "none", run };
    if (load.state === "reading") return { found: "reading", run, load };
    // One that loaded nothing since the same file was in the table already succeeded.
    if (load.state !== "ended" || load.outcome?.["status"] === "succeeded") return { found: "in", run };
  }
  throw new PermanentError(
    `${MOST} loads of this step ended without effect: look at why, and restart the step`,
  );
}

function readPatiently({ ports, datasets }: Loading, run: string): Promise<LoadRecord | undefined> {
  return persistently(ports.log, `looking for the load ${run}`, async () => {
    const pool = await datasets.pool().catch((error: unknown) => {
      throw permanently(error);
    });
    return pool.use((connection) => readLoad(connection, run));
  });
}

import { ChangedBlobError } from "../../errors/changed-blob-error.ts";
import { LoadEndedError } from "../../errors/load-ended-error.ts";
import { FileFaultError } from "../../errors/file-fault-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { CancelledError } from "../../errors/cancelled-error.ts";
import { readRun } from "../../runs/run.ts";
import { endLoad, endRunOf } from "./end-load.ts";
import { finishLoad } from "./finish-load.ts";
import { readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { persistently } from "./persistently.ts";
import { readFile } from "./read-file.ts";
import type { LoadRequest } from "./request.ts";

/**
 * Does what a message about a run of kind `load` asks for: reads the file that was sent to an upload address, or
 * finishes a load whose parts are all in. Rejects on what passes, so that the message comes again and goes on from there.
 */
export async function workOnLoad(loading: Loading, run: string): Promise<void> {
  const { ports, datasets } = loading;
  const known = await readRun(ports.documents, run);
  const request = known?.request as LoadRequest | undefined;
  const load = await persistently(ports.log, `looking for the load ${run}`, async () => {
    const pool = await datasets.pool();
    return pool.use((connection) => readLoad(connection, run));
  });
  const unread = load === undefined || load.state === "reading";
  if (known && known.endedAt === undefined && request?.upload !== undefined && unread) {
    return readUpload(loading, run, { ...request, upload: request.upload }, known.actor ?? "timer");
  }
  await finishLoad(loading, run);
}

async function readUpload(
  loading: Loading,
  run: string,
  request: LoadRequest & { upload: string },
  actor: string,
): Promise<void> {
  const { ports } = loading;
  try {
    await persistently(ports.log, `reading the upload ${request.upload}`, async () => {
      await heedCancellation(ports.documents, run);
      const blob = await ports.blobs.stream(request.upload);
      if (!blob)
        throw new FileFaultError(
          `there is no upload "${request.upload}": send the file to its address first`,
        );
      await readFile(loading, { run, request, actor, bytes: guarded(blob.bytes), etag: blob.etag });
    });
  } catch (error) {
    if (error instanceof LoadEndedError) return;
    if (error instanceof CancelledError) return endLoad(loading, run, { status: "cancelled" });
    if (!(error instanceof PermanentError)) throw error;
    ports.log("error", `the load ${run} failed`, { error: error.message });
    await endLoad(loading, run, { status: "failed", error: error.message });
    // One that had not begun to be loaded has only its run.
    await endRunOf(loading, run, { status: "failed", error: error.message });
  }
}

/** The same bytes; a file that is replaced while it is read is no file that can be loaded. */
async function* guarded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield* bytes;
  } catch (error) {
    if (!(error instanceof ChangedBlobError)) throw error;
    throw new FileFaultError("the uploaded file became another while it was read: upload it again", {
      cause: error,
    });
  }
}

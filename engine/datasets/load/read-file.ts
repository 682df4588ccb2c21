import { CancelledError } from "../../errors/cancelled-error.ts";
import { LoadEndedError } from "../../errors/load-ended-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import { heedCancellation } from "../../runs/cancel.ts";
import { cutFile } from "../csv/cut-file.ts";
import type { Delimiter } from "../csv/part.ts";
import { toUtf8 } from "../file/text/to-utf8.ts";
import { unpacked } from "../file/packed/unpacked.ts";
import { endLoad } from "./end-load.ts";
import { finishWhenComplete } from "./finish-when-complete.ts";
import { heartbeat } from "./heartbeat.ts";
import { completeLoad, keepReading, type LoadEnd, readLoad } from "./load-record.ts";
import type { Loading } from "./loading.ts";
import { measured } from "./measured.ts";
import { persistently } from "./persistently.ts";
import { showProgress } from "./progress.ts";
import { sameContent } from "./same-content.ts";
import { partSender } from "./send-parts.ts";
import { startLoad } from "./start-load.ts";
import type { LoadRequest } from "./request.ts";

/** A file that comes in. */
export interface IncomingFile {
  /** The id of the run, which may not be recorded yet. */
  readonly run: string;
  readonly request: LoadRequest;
  readonly actor: string;
  /** As they come, packed and in whatever encoding. */
  readonly bytes: AsyncIterable<Uint8Array>;
  /** Of the blob that they are from, if they are. */
  readonly etag?: string;
  /** Called when the last byte is there; the load ends as failed with what it throws. */
  readonly lastly?: () => void;
}

/** What became of a file when all of it is in. */
export interface Received {
  /** The run that loads it, or that did. */
  readonly run: string;
  /** Whether the same file is in the table already, so that nothing was loaded. */
  readonly already: boolean;
}

/**
 * Reads a file to its end, and sends its parts to the loaders while it still comes. Resolves when all are on their way.
 * Throws a FileFaultError for a file that cannot be loaded, a LoadEndedError where the load ended meanwhile, and what
 * `bytes` throws; then the load has ended, if it had begun, and nothing of it is left. Only one whose file is a blob goes
 * on after what passes: the same file read again under the same run takes up where it was left.
 */
export async function readFile(loading: Loading, file: IncomingFile): Promise<Received> {
  const { ports } = loading;
  const { run, request } = file;
  const stop = new AbortController();
  const source = measured(file.bytes, stop.signal);
  const text = toUtf8(unpacked(source.bytes), request.encoding);
  const sender = partSender(loading, run);
  let begun = false;
  let stopLooking = async (): Promise<void> => {};
  try {
    const delimiter = request.delimiter as Delimiter | undefined;
    for await (const piece of cutFile(text.bytes, {
      delimiter,
      partBytes: loading.partBytes,
      spare: loading.spare.parts,
    })) {
      if (piece.kind === "part") {
        await sender.send(piece);
        continue;
      }
      // From here on there may be something to take away.
      begun = true;
      await startLoad(loading, file, piece);
      stopLooking = heartbeat(
        () => look(loading, run, source.size(), stop),
        (error) => ports.log("warn", `looking after the load ${run} failed`, { error }),
      );
    }
    file.lastly?.();
    const { parts, records } = await sender.sent();
    await stopLooking();
    stop.signal.throwIfAborted();
    const sha256 = source.sha256();
    const same = request.again ? undefined : await sameAs(loading, request, sha256);
    if (same !== undefined && same !== run) {
      await endLoad(loading, run, { status: "succeeded", result: { table: request.table, already: same } });
      return { run: same, already: true };
    }
    const facts = { sha256, parts, records, bytes: source.size() };
    await persistently(ports.log, `completing the load ${run}`, () =>
      complete(loading, run, facts, text.encoding()),
    );
    return { run, already: false };
  } catch (error) {
    await Promise.all([stopLooking(), sender.still()]);
    // What can be read again is, unless that changes nothing.
    const over = file.etag === undefined || error instanceof PermanentError;
    if (begun && over && !(error instanceof LoadEndedError)) await giveUp(loading, run, error);
    throw error;
  }
}

/** Says that the file still comes in, and stops reading it where the load has ended or is to end. */
async function look(loading: Loading, run: string, bytes: number, stop: AbortController): Promise<void> {
  const pool = await loading.datasets.pool();
  try {
    await heedCancellation(loading.ports.documents, run);
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
    await endLoad(loading, run, { status: "cancelled" });
  }
  if (await pool.use((connection) => keepReading(connection, run, bytes))) {
    return showProgress(loading, run);
  }
  stop.abort(new LoadEndedError(run, await endOf(loading, run)));
}

async function complete(
  loading: Loading,
  run: string,
  facts: Parameters<typeof completeLoad>[2],
  encoding: string,
): Promise<void> {
  const pool = await loading.datasets.pool();
  if (!(await pool.use((connection) => completeLoad(connection, run, facts, encoding)))) {
    const { state } = (await pool.use((connection) => readLoad(connection, run))) ?? {};
    // Read again after a crash, of which the first reading came through.
    if (state === "done" || state === "replaced") return;
    throw new LoadEndedError(run, await endOf(loading, run));
  }
  await finishWhenComplete(loading, run);
}

async function endOf({ datasets }: Loading, run: string): Promise<LoadEnd> {
  const pool = await datasets.pool();
  const load = await pool.use((connection) => readLoad(connection, run));
  return (load?.outcome ?? { status: "failed" }) as unknown as LoadEnd;
}

async function sameAs(
  { ports, datasets }: Loading,
  request: LoadRequest,
  sha256: string,
): Promise<string | undefined> {
  return persistently(ports.log, `looking for what the table "${request.table}" has`, async () => {
    const pool = await datasets.pool();
    return pool.use((connection) => sameContent(connection, request, sha256));
  });
}

/** Ends the load of a file that does not come to its end. Where even that fails, the timer does it. */
async function giveUp(loading: Loading, run: string, error: unknown): Promise<void> {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const words = error instanceof PermanentError ? message : `the file did not come to its end: ${message}`;
  try {
    await endLoad(loading, run, { status: "failed", error: words });
  } catch (failure) {
    loading.ports.log("error", `the load ${run} could not be ended yet`, { error: failure });
  }
}

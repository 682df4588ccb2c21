import { CancelledError } from "../errors/cancelled-error.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import { RUNS } from "../define/topology.ts";
import { ContendedError } from "../errors/contended-error.ts";
import type { Ports } from "../ports.ts";
import { heedCancellation } from "./cancel.ts";
import { readStoredRun, replaceRun, type Run } from "./run.ts";
import type { RunMessage } from "./start.ts";

/** How long one message is worked on; what is left goes on with the next one, far within the host's limit. */
const SLICE_MS = 5 * 60_000;

/** A run at work. */
export interface Working<State> {
  /** As it was started, and what was saved last; undefined at the beginning. */
  readonly request: unknown;
  readonly state: State | undefined;
  readonly actor: string;
  readonly id: string;
  /** When it was begun: ISO 8601. */
  readonly startedAt: string;
  /**
   * Records progress and the place to go on from; work done after the last `save` is done again after a crash. Throws
   * a CancelledError where an operator wants it to end.
   */
  save(change: { done?: number; total?: number; state?: State; result?: Run["result"] }): Promise<void>;
  /** Whether this slice's time is over: the worker then saves and answers "again". */
  spent(): boolean;
}

/** Does the work of one kind of run: answers its result, or "again" to go on in another slice. */
export type Worker<State> = (run: Working<State>) => Promise<Run["result"] | "again">;

/**
 * Works on a started run until it ends or its slice is over; then sends it on. A PermanentError ends it as failed,
 * with the reason, a cancellation as cancelled; everything else rejects, so that the message comes again and the work
 * goes on from what was saved last. Where another host is at work on the same run (the session's lock was lost here),
 * it has taken over: the next `save` here rejects, and what was saved there stands.
 */
export async function workOn<State>(
  message: RunMessage,
  { documents, queue, clock, log }: Ports,
  worker: Worker<State>,
): Promise<void> {
  const { run: id, kind, name } = message;
  const stored = await readStoredRun(documents, id);
  if (!stored || stored.item.endedAt) return;
  const known = stored.item;
  let { etag } = stored;
  const now = (): string => new Date(clock.now()).toISOString();
  const begun = clock.now();
  const startedAt = known.startedAt ?? now();
  let run: Run = { ...known, status: "running", startedAt };
  const write = async (next: Run): Promise<void> => {
    const written = await replaceRun(documents, next, etag);
    if (written === undefined) throw new ContendedError(`the run ${id}`, 1);
    etag = written;
  };
  const save: Working<State>["save"] = async ({ done, total, state, result }) => {
    const progress = {
      ...run.progress,
      ...(done === undefined ? {} : { done }),
      ...(total === undefined ? {} : { total }),
    };
    run = {
      ...run,
      progress,
      ...(state === undefined ? {} : { state }),
      ...(result === undefined ? {} : { result }),
    };
    await write(run);
    await heedCancellation(documents, id);
  };
  const end = async (change: Partial<Run>): Promise<void> => {
    const { state: _over, ...rest } = run;
    await write({ ...rest, ...change, endedAt: now() });
  };
  try {
    await save({});
    const result = await worker({
      request: run.request,
      // A worker may begin again within its slice: from what was saved last.
      get state() {
        return run.state as State | undefined;
      },
      actor: run.actor ?? "timer",
      id,
      startedAt,
      save,
      spent: () => clock.now() - begun >= SLICE_MS,
    });
    if (result === "again") {
      const messageId = `${id}#${String(clock.now())}`;
      return await queue(RUNS).send([{ body: message, sessionId: `${kind}|${name}`, messageId }]);
    }
    await end({ status: "succeeded", ...(result === undefined ? {} : { result }) });
  } catch (error) {
    if (error instanceof CancelledError) return end({ status: "cancelled" });
    if (!(error instanceof PermanentError)) throw error;
    log("error", `the ${kind} of ${name} failed`, { run: id, error: error.message });
    await end({ status: "failed", error: error.message });
  }
}

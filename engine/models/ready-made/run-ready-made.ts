import { PermanentError } from "../../errors/permanent-error.ts";
import type { ConnectionPool } from "../../mysql/pool.ts";
import type { BusinessModel } from "../model.ts";
import { howAborted, type HowEnded, rowsOrUnknown } from "../schedule/do-job.ts";
import { JOB_LIMITS } from "../schedule/job-of.ts";
import type { JobWork } from "../schedule/job-work.ts";
import type { Window } from "../schedule/state.ts";
import { type Copied, copyWindow } from "./copy-window.ts";
import { fillingOf } from "./filling.ts";
import { maskAgain } from "./mask-again.ts";

/**
 * Fills a ready-made model for a window, as its own job would: to its end, or until one of the signals aborts. Where its
 * time is over before that, it succeeds up to where it got, and the next run goes on from there. Undefined where its
 * lease was lost. Rejects when the store fails for minutes.
 */
export async function runReadyMade(
  work: JobWork,
  model: BusinessModel,
  window: Window,
  { lease, shutdown }: { readonly lease: AbortSignal; readonly shutdown: AbortSignal },
): Promise<HowEnded | undefined> {
  const { ports, settings, server, limits = JOB_LIMITS } = work;
  const begun = ports.clock.now();
  const signal = AbortSignal.any([lease, shutdown]);
  try {
    const copied = await fill(work, model, window, { signal, until: begun + limits.timeMs });
    const durationMs = ports.clock.now() - begun;
    const { to } = copied;
    // A success covers more than was covered before.
    if (to <= window.from)
      return { status: "failed", reason: tooSlow(limits.timeMs), output: told(copied), durationMs };
    const rows = await rowsOrUnknown(server, model, ports.log);
    return { status: "succeeded", to, exitCode: 0, output: told(copied, window), rows, durationMs };
  } catch (error) {
    if (signal.aborted) return howAborted(lease);
    if (!(error instanceof PermanentError)) throw error;
    const reason = settings.redact(error.message);
    ports.log("error", "a ready-made business model could not be filled", {
      model: model.model,
      error: reason,
    });
    return { status: "failed", reason, durationMs: ports.clock.now() - begun };
  }
}

async function fill(
  { ports, readyMade }: JobWork,
  model: BusinessModel,
  window: Window,
  { signal, until }: { readonly signal: AbortSignal; readonly until: number },
): Promise<Copied> {
  if (!readyMade) throw new PermanentError("this host fills no ready-made models");
  const made = await orPermanent("its tables could not be made", () => readyMade.makeTables(model));
  if (!made) throw new PermanentError("its model was deleted");
  const pool: ConnectionPool = await orPermanent("its database cannot be opened", () => readyMade.open(made));
  try {
    const filling = fillingOf(pool, { personalOf: (entity) => readyMade.personalOf(entity), until, signal });
    const masked = await maskAgain(ports, filling);
    if (!masked.all) return { documents: masked.documents, records: 0, deliveries: 0, to: window.from };
    return await copyWindow(ports, filling, window);
  } finally {
    await pool.close();
  }
}

/** What fails here would fail again: the run's failure, with the reason, as with a job that cannot be started. */
async function orPermanent<T>(what: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PermanentError(`${what}: ${reason}`, { cause: error });
  }
}

function told({ documents, records, deliveries, to }: Copied, window?: Window): string {
  const what = `${String(documents)} documents, ${String(records)} audit records, ${String(deliveries)} deliveries`;
  return window && to < window.to ? `${what}; up to ${to}, where its time was over\n` : `${what}\n`;
}

function tooSlow(timeMs: number): string {
  return `its time of ${String(timeMs / 60_000)} minutes was over before anything new was covered`;
}

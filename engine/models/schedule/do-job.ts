import { CancelledError } from "../../errors/cancelled-error.ts";
import { PermanentError } from "../../errors/permanent-error.ts";
import type { JobEnd } from "../../jobs/runner.ts";
import { withPatience } from "../../sync/patience.ts";
import type { BusinessModel } from "../model.ts";
import { JOB_LIMITS, jobOf } from "./job-of.ts";
import type { JobWork } from "./job-work.ts";
import type { EndedRun, Window } from "./state.ts";

/** How a run ended, apart from which it was and when; `to` where it covered less than its window. */
export interface HowEnded
  extends
    Pick<EndedRun, "status" | "reason" | "lost">,
    Partial<Pick<EndedRun, "to" | "exitCode" | "rows" | "durationMs">> {
  /** Redacted. */
  readonly output?: string;
}

/**
 * Runs a model's job for a window to its end, or until one of the signals aborts; undefined where it was ended since
 * its lease was lost: then it is not ours to say how it ended. Rejects when the blobs fail for minutes.
 */
export async function doJob(
  { ports, access, runner, settings, server, limits = JOB_LIMITS }: JobWork,
  model: BusinessModel,
  { run, window }: { readonly run: string; readonly window: Window },
  { lease, shutdown }: { readonly lease: AbortSignal; readonly shutdown: AbortSignal },
): Promise<HowEnded | undefined> {
  const { blobs, log, clock } = ports;
  const patient = {
    get: (name: string) =>
      withPatience(log, `reading the job of model ${model.model}`, () => blobs.get(name)),
  };
  let end: JobEnd;
  let redact = settings.redact;
  try {
    const made = await jobOf(model, { run, window, limits, now: clock.now() }, access, patient);
    redact = (value) => made.redact(settings.redact(value));
    const signal = AbortSignal.any([lease, shutdown]);
    // Reading the file may have taken longer than the lease lasted.
    end = signal.aborted ? NEVER_BEGUN : await begun(runner.run(made.job, signal));
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    log("error", "a job of a business model could not run", {
      model: model.model,
      run,
      error: redact(error.message),
    });
    return { status: "failed", reason: redact(error.message) };
  }
  const how = howOf(end, lease, shutdown);
  if (!how) return undefined;
  const rows = await rowsOrUnknown(server, model, log);
  const { reason, ...rest } = how;
  return {
    ...rest,
    ...(reason === undefined ? {} : { reason: redact(reason) }),
    exitCode: end.exitCode,
    output: redact(end.output),
    rows,
    durationMs: end.durationMs,
  };
}

/** Rows of a model's tables; null, and a warning, where they cannot be counted. */
export async function rowsOrUnknown(
  server: Pick<JobWork["server"], "rowCount">,
  model: BusinessModel,
  log: JobWork["ports"]["log"],
): Promise<number | null> {
  try {
    return await server.rowCount(model);
  } catch (error) {
    const { message } = error instanceof Error ? error : new Error(String(error));
    log("warn", "the rows of a business model could not be counted", { model: model.model, error: message });
    return null;
  }
}

const NEVER_BEGUN: JobEnd = { how: "cancelled", exitCode: null, output: "", durationMs: 0 };

/** A job that cannot be started is a failed one: a missing interpreter is still missing the next time. */
async function begun(end: Promise<JobEnd>): Promise<JobEnd> {
  try {
    return await end;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PermanentError(`it could not be started: ${reason}`, { cause: error });
  }
}

function howOf(
  { how, exitCode, reason }: JobEnd,
  lease: AbortSignal,
  shutdown: AbortSignal,
): Pick<EndedRun, "status" | "reason" | "lost"> | undefined {
  if (how === "cancelled" && (lease.aborted || shutdown.aborted)) return howAborted(lease);
  if (how === "exited" && exitCode === 0) return { status: "succeeded" };
  const exit = exitCode === null ? "a signal ended it" : `it ended with exit code ${String(exitCode)}`;
  return { status: "failed", reason: reason ?? (how === "exited" ? exit : `it was ended: ${how}`) };
}

/** How a run ended that was aborted, by its lease or because its host shuts down; undefined where its lease was lost. */
export function howAborted(lease: AbortSignal): Pick<EndedRun, "status" | "reason" | "lost"> | undefined {
  if (!lease.aborted) return { status: "failed", reason: "its host was shut down", lost: true };
  const why: unknown = lease.reason;
  return why instanceof CancelledError ? { status: "cancelled", reason: why.message } : undefined;
}

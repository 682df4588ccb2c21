import type { PullDefinition } from "../define/pull.ts";
import { CancelledError } from "../errors/cancelled-error.ts";
import { InvalidSettingError } from "../errors/invalid-setting-error.ts";
import { LeaseLostError } from "../errors/lease-lost-error.ts";
import { MissingSettingError } from "../errors/missing-setting-error.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import { RetryableError } from "../errors/retryable-error.ts";
import type { Documents, Ports, Secrets } from "../ports.ts";
import { heedCancellation } from "../runs/cancel.ts";
import { endRun, readRun, type Run, saveRun } from "../runs/run.ts";
import type { Settings } from "../settings/settings.ts";
import { attemptUntilSettled } from "../deliveries/attempts.ts";
import {
  BETWEEN_WALKS,
  type HeldCheckpoint,
  LEASE_MS,
  moveCheckpoint,
  readCheckpoint,
} from "./checkpoint.ts";
import { takePage } from "./page.ts";
import type { PullMessage } from "./start.ts";

/** After so many pages in a row without a record, a source that names one more is taken to name them for ever. */
const MAX_EMPTY_PAGES = 100;

/**
 * Does the work of a started pull: page after page to the queue, the checkpoint after each, so that after a crash the
 * same message goes on where it was. At the end the checkpoint moves to the start of the walk less the overlap. A
 * source that fails, or does not come to an end, ends the run as failed, and an operator's wish, heeded before each
 * page, as cancelled; the next run asks for the same time from page 1. Returns quietly when the lease went to another
 * run, or this run to another host. Rejects when store or queue fail: the message must then come again.
 */
export async function runPull(
  pull: PullDefinition,
  message: PullMessage,
  ports: Ports,
  settings: Settings,
  secrets: Secrets,
): Promise<void> {
  const { documents, clock } = ports;
  const now = (): string => new Date(clock.now()).toISOString();
  const lease = (): string => new Date(clock.now() + LEASE_MS).toISOString();
  const known = await readRun(documents, message.run);
  if (!known || known.endedAt) return;
  let held = await readCheckpoint(documents, pull.name);
  let run: Run = { ...known, status: "running", startedAt: known.startedAt ?? now() };
  const end = (status: "succeeded" | "failed" | "cancelled", error?: string): Promise<void> =>
    saveRun(documents, { ...run, status, endedAt: now(), ...(error === undefined ? {} : { error }) });
  if (held.checkpoint.finished === message.run) return end("succeeded");

  let empty = 0;
  const counts = { pages: 0, events: 0, quarantined: 0, ...known.result };
  try {
    const startedAt = held.checkpoint.startedAt ?? now();
    held = await move(documents, message, held, { startedAt, leaseUntil: lease() });
    await saveRun(documents, run);
    for (;;) {
      await heedCancellation(documents, message.run);
      const { since, page } = held.checkpoint;
      const read = await attemptUntilSettled((signal) =>
        pull.pages.read({ since, page }, { value: (setting) => settings.value(setting), secrets, signal }),
      );
      const taken = await takePage(
        pull,
        read.records,
        `pull/${pull.name}/${message.run}/${page}`,
        ports,
        settings,
      );
      counts.pages += 1;
      counts.events += taken.events;
      counts.quarantined += taken.quarantined;
      const done = run.progress.done + taken.records;
      run = { ...run, progress: { ...run.progress, done }, result: { ...counts, since } };
      if (read.next === null) break;
      empty = read.records.length === 0 ? empty + 1 : 0;
      const fault = faultOf(page, read.next, empty);
      if (fault) throw new PermanentError(fault);
      held = await move(documents, message, held, { page: read.next, leaseUntil: lease() });
      await saveRun(documents, run);
    }
    const since = new Date(Date.parse(startedAt) - pull.overlapMs).toISOString();
    run = { ...run, progress: { ...run.progress, total: run.progress.done } };
    await move(documents, message, held, { ...BETWEEN_WALKS, since, finished: message.run });
    await end("succeeded");
  } catch (error) {
    if (error instanceof LeaseLostError) {
      const { checkpoint } = await readCheckpoint(documents, pull.name);
      // The message came to another host as well, which is at work on this very run, and ends it.
      if (checkpoint.run === message.run) return;
      const how =
        checkpoint.finished === message.run
          ? ({ status: "succeeded" } as const)
          : ({ status: "failed", error: error.message } as const);
      return endRun(documents, message.run, { ...how, endedAt: now() });
    }
    if (error instanceof CancelledError) {
      await end("cancelled");
      await move(documents, message, held, BETWEEN_WALKS);
      return;
    }
    // The store and the queue may recover, so what they throw brings the message back; these end the run.
    if (!ENDS.some((kind) => error instanceof kind)) throw error;
    const { message: reason } = error as Error;
    ports.log("error", `pull ${pull.name} failed`, { run: message.run, error: reason });
    await end("failed", settings.redact(reason));
    await move(documents, message, held, BETWEEN_WALKS);
  }
}

const ENDS = [RetryableError, PermanentError, MissingSettingError, InvalidSettingError];

/** Why a walk that goes from `page` to `next` would not come to its end. */
function faultOf(page: number, next: number, empty: number): string | undefined {
  if (!Number.isSafeInteger(next) || next <= page)
    return `page ${page} names ${next} as the page after it, which is no greater whole number`;
  if (empty < MAX_EMPTY_PAGES) return undefined;
  return `the last ${empty} pages, up to ${page}, brought no record, and ${next} is to follow`;
}

async function move(
  documents: Documents,
  message: PullMessage,
  held: HeldCheckpoint,
  change: Parameters<typeof moveCheckpoint>[2],
): Promise<HeldCheckpoint> {
  const moved =
    held.checkpoint.run === message.run ? await moveCheckpoint(documents, held, change) : undefined;
  if (!moved) throw new LeaseLostError();
  return moved;
}

import type { PullDefinition } from "../define/pull.ts";
import { LeaseLostError } from "../errors/lease-lost-error.ts";
import { MissingSettingError } from "../errors/missing-setting-error.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import { RetryableError } from "../errors/retryable-error.ts";
import type { Documents, Ports } from "../ports.ts";
import { readRun, type Run, saveRun } from "../runs/run.ts";
import type { Settings } from "../settings/settings.ts";
import { attemptUntilSettled } from "../deliveries/attempts.ts";
import { type HeldCheckpoint, LEASE_MS, moveCheckpoint, readCheckpoint } from "./checkpoint.ts";
import { takePage } from "./page.ts";
import type { PullMessage } from "./start.ts";

/**
 * Does the work of a started pull: page after page to the queue, the checkpoint after each, so that a crash goes on
 * where it was. At the end the checkpoint moves to the start of the walk less the overlap. A source that fails ends
 * the run as failed; the next one goes on from the same page. Returns quietly when the lease went to another run.
 */
export async function runPull(
  pull: PullDefinition,
  message: PullMessage,
  ports: Ports,
  settings: Settings,
): Promise<void> {
  const { documents, clock } = ports;
  const now = (): string => new Date(clock.now()).toISOString();
  const lease = (): string => new Date(clock.now() + LEASE_MS).toISOString();
  const known = await readRun(documents, message.run);
  if (!known || known.endedAt) return;
  let held = await readCheckpoint(documents, pull.name);
  let run: Run = { ...known, status: "running", startedAt: known.startedAt ?? now() };
  const end = (status: "succeeded" | "failed", error?: string): Promise<void> =>
    saveRun(documents, { ...run, status, endedAt: now(), ...(error === undefined ? {} : { error }) });
  if (held.checkpoint.finished === message.run) return end("succeeded");

  const counts = { pages: 0, events: 0, quarantined: 0, ...known.result };
  try {
    const startedAt = held.checkpoint.startedAt ?? now();
    held = await move(documents, message, held, { startedAt, leaseUntil: lease() });
    await saveRun(documents, run);
    for (;;) {
      const { since, page } = held.checkpoint;
      const read = await attemptUntilSettled((signal) =>
        pull.pages.read({ since, page }, (setting) => settings.value(setting), signal),
      );
      const taken = await takePage(pull, read.records, ports, settings);
      counts.pages += 1;
      counts.events += taken.events;
      counts.quarantined += taken.quarantined;
      const done = run.progress.done + taken.records;
      run = { ...run, progress: { ...run.progress, done }, result: { ...counts, since } };
      if (read.next === null) break;
      if (read.next <= page) throw new PermanentError(`page ${page} names ${read.next} as the page after it`);
      held = await move(documents, message, held, { page: read.next, leaseUntil: lease() });
      await saveRun(documents, run);
    }
    const since = new Date(Date.parse(startedAt) - pull.overlapMs).toISOString();
    run = { ...run, progress: { ...run.progress, total: run.progress.done } };
    await move(documents, message, held, { ...FREE, since, page: 1, startedAt: null, finished: message.run });
    await end("succeeded");
  } catch (error) {
    if (error instanceof LeaseLostError) return end("failed", error.message);
    // The store and the queue may recover, so what they throw brings the message back; these end the run.
    if (!ENDS.some((kind) => error instanceof kind)) throw error;
    const { message: reason } = error as Error;
    ports.log("error", `pull ${pull.name} failed`, { run: message.run, error: reason });
    await end("failed", settings.redact(reason));
    await move(documents, message, held, FREE);
  }
}

const ENDS = [RetryableError, PermanentError, MissingSettingError];
const FREE = { run: null, leaseUntil: null };

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

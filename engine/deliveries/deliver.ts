import type { Attempt, AttemptContext, IntegrationDefinition, Snapshot } from "../define/integration.ts";
import { ClosedError } from "../errors/closed-error.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import { RetryableError } from "../errors/retryable-error.ts";
import type { Ports, Secrets } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import type { Announcement } from "../sync/announce.ts";
import { withPatience } from "../sync/patience.ts";
import { attemptUntilSettled } from "./attempts.ts";
import type { Gate } from "./gate.ts";
import { createLedger, type Mark } from "./ledger.ts";
import type { Delay } from "./pending.ts";
import { countAttempts, type DeliveryFacts } from "./records.ts";
import { snapshotOf } from "./snapshot.ts";
import type { Watermark } from "./watermark.ts";

/** A delivery that failed on its own for so long, while others got through, becomes a dead letter. */
const GIVE_UP_MS = 24 * 60 * 60_000;

/** How soon what was put off is looked at again, where nothing says later. */
const SOON_MS = 1_500;

/** Delivers what announcements say to one destination. */
export interface Deliverer {
  /**
   * Brings the destination to the announced version or a newer one; returns at once when it has that already.
   * `deliveryCount`: how often the message came, from 1. Resolves when the delivery is done, ignored, refused, or put
   * off to a `pending` record, and that is recorded. Rejects when the store fails: the message must then come again.
   */
  deliver(announcement: Announcement, deliveryCount: number): Promise<void>;
}

/** What a deliverer works with, beside its integration. */
export interface DelivererContext {
  readonly ports: Ports;
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly gate: Gate;
  /** Sees to it that what waits is looked at again, from that time on (milliseconds since 1970). */
  readonly wakeAt: (time: number) => Promise<void>;
}

/** Makes the deliverer of an integration. */
export function createDeliverer(
  { name, destination }: IntegrationDefinition,
  { ports, settings, secrets, gate, wakeAt }: DelivererContext,
): Deliverer {
  const { documents, clock, log } = ports;
  const ledger = createLedger(name, destination.guardsVersions ?? false, ports, settings);
  const patiently = <T>(work: () => Promise<T>): Promise<T> =>
    withPatience(log, `recording for ${name}`, work);
  const context = (signal: AbortSignal): AttemptContext => ({
    value: (setting) => settings.value(setting),
    secrets,
    signal,
  });

  let prepared: Promise<void> | undefined;
  const prepare = async (signal: AbortSignal): Promise<void> => {
    prepared ??= destination.prepare?.(context(signal));
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };

  const deliver = async (announcement: Announcement, deliveryCount: number): Promise<void> => {
    const { key } = announcement;
    // What wakes means what waits now, which a remembered mark may not know of.
    const mark = await patiently(() => (announcement.wake ? ledger.read(key, false) : ledger.read(key)));
    if (isDone(mark.watermark, announcement)) return finish(mark.watermark, announcement);
    const joins = mark.watermark.pending && !announcement.wake;
    const closed = joins ? undefined : await patiently(() => gate.closed());
    if (joins || closed) return postpone(announcement, closed);
    try {
      await attempts(announcement, mark, deliveryCount > 1 || announcement.wake === true);
    } catch (error) {
      if (error instanceof ClosedError) return postpone(announcement, error.delay);
      if (error instanceof RetryableError) return putOffOrGiveUp(announcement, error);
      throw error;
    }
  };

  /** An announcement whose version the destination has: only what waits for it may have to go. */
  const finish = async ({ pending }: Watermark, announcement: Announcement): Promise<void> => {
    if ((pending && announcement.wake) || announcement.again)
      await patiently(() => ledger.acknowledged(announcement));
  };

  const postpone = async (announcement: Announcement, delay: Delay | undefined): Promise<void> => {
    const waits = await patiently(() => ledger.postponed(announcement, delay));
    // Not at once: a hold that another host ended is remembered for a second, and those who join need no wakeup each.
    await patiently(() => wakeAt(Math.max(Date.parse(waits.dueAt), clock.now() + SOON_MS)));
  };

  /** After a round of attempts in vain, at a destination that works. */
  const putOffOrGiveUp = async (announcement: Announcement, error: RetryableError): Promise<void> => {
    const { key, again } = announcement;
    const now = clock.now();
    const delay: Delay = { reason: "failing", detail: error.message, dueAt: now };
    const waits = await patiently(() => ledger.postponed(announcement, delay));
    if (now - Date.parse(waits.failingSince ?? waits.since) < GIVE_UP_MS) {
      return patiently(() => wakeAt(Date.parse(waits.dueAt)));
    }
    const facts: DeliveryFacts = {
      key,
      integration: name,
      eventId: waits.eventId,
      version: waits.last,
      ...(again === undefined ? {} : { run: again.run }),
      status: "failed",
      error: `given up after ${waits.rounds} rounds in a day; the last one: ${error.message}`,
      at: new Date(now).toISOString(),
      durationMs: 0,
    };
    const attempt = await patiently(() => countAttempts(documents, key, name, waits.eventId));
    await patiently(() => ledger.refused(facts, attempt + 1));
  };

  /** Makes attempts until one is recorded as done, ignored or refused. Throws a RetryableError or a ClosedError. */
  const attempts = async (announcement: Announcement, first: Mark, mayHaveTried: boolean): Promise<void> => {
    const { key, eventId, again } = announcement;
    let attempt = mayHaveTried ? await patiently(() => countAttempts(documents, key, name, eventId)) : 0;
    let fresh: Mark | undefined = first;
    await attemptUntilSettled(async (signal) => {
      // While this host waited for its next attempt, another one that got the lock may have gone on.
      const { watermark } = fresh ?? (await patiently(() => ledger.read(key)));
      fresh = undefined;
      if (isDone(watermark, announcement)) return;
      const closed = await gate.closed();
      if (closed) throw new ClosedError(closed);
      const snapshot = await patiently(() => snapshotOf(documents, announcement, watermark));
      const startedAt = clock.now();
      const facts = (): Omit<DeliveryFacts, "status"> => ({
        key,
        integration: name,
        eventId,
        version: snapshot.version,
        ...(again === undefined ? {} : { run: again.run }),
        at: new Date(startedAt).toISOString(),
        durationMs: clock.now() - startedAt,
      });
      attempt += 1;
      // A run brings removals only to who had the entity.
      if (again && snapshot.data === undefined && !snapshot.known) {
        const nothing = {
          status: "ignored",
          reason: "it was removed, and the destination does not have it",
        } as const;
        await patiently(() => ledger.settled({ ...facts(), ...nothing }, attempt, { known: false }));
        return;
      }
      try {
        const done = await gate.through(key, () =>
          verdictOn(async () => {
            await prepare(signal);
            return destination.deliver(snapshot as Snapshot<never>, context(signal));
          }),
        );
        const { known: _known, remoteId: _remoteId, ...outcome } = done;
        const newer = await patiently(() =>
          ledger.settled({ ...facts(), ...outcome }, attempt, whatItHas(done, snapshot)),
        );
        if (newer) await patiently(() => wakeAt(clock.now()));
      } catch (error) {
        if (!(error instanceof RetryableError || error instanceof PermanentError)) throw error;
        const failure = { ...facts(), ...evidenceOf(error) };
        if (error instanceof PermanentError) {
          await patiently(() => ledger.refused({ ...failure, status: "failed" }, attempt));
          // Why is in its record: an error may quote what no log should keep.
          log("error", `${name} refused a delivery`, { key, version: snapshot.version });
          return;
        }
        // What it stands on may be gone: the next attempt makes it anew.
        if (!error.own) prepared = undefined;
        attempt = await patiently(() => ledger.retrying({ ...failure, status: "retrying" }, attempt));
        const now = await gate.closed();
        throw now ? new ClosedError(now) : error;
      }
    });
  };

  return { deliver };
}

/** A destination throws one of two errors. Any other is a fault in it: it may pass, and says nothing about who it is. */
async function verdictOn<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof RetryableError || error instanceof PermanentError) throw error;
    throw new RetryableError(`it failed unexpectedly: ${String(error)}`, { cause: error, own: true });
  }
}

/** Whether an announcement has nothing to bring any more. */
function isDone(mark: Watermark, { version, again }: Announcement): boolean {
  if (again === undefined) return version <= mark.version;
  // What was delivered since the run began was no older than what the run wants to bring.
  return mark.version >= version && ((mark.again ?? []).includes(again.run) || mark.at > again.since);
}

/** What the destination has after an attempt; unchanged where it was sent nothing. */
function whatItHas(done: Attempt, { data, known }: Snapshot): Pick<Watermark, "known" | "remoteId"> {
  if (done.status === "ignored") return { known };
  return {
    known: done.known ?? data !== undefined,
    ...(done.remoteId === undefined ? {} : { remoteId: done.remoteId }),
  };
}

function evidenceOf({ message, request, response }: RetryableError | PermanentError): {
  error: string;
  request?: unknown;
  response?: unknown;
} {
  return {
    error: message,
    ...(request === undefined ? {} : { request }),
    ...(response === undefined ? {} : { response }),
  };
}

import type { IntegrationDefinition, Snapshot } from "../define/integration.ts";
import { ContendedError } from "../errors/contended-error.ts";
import { PermanentError } from "../errors/permanent-error.ts";
import { RetryableError } from "../errors/retryable-error.ts";
import type { Ports, Write } from "../ports.ts";
import type { Settings } from "../settings/settings.ts";
import type { Announcement } from "../sync/announce.ts";
import { RecentlyUsed } from "../sync/cache.ts";
import { DOCUMENT, type DocumentItem } from "../sync/entity.ts";
import { withPatience } from "../sync/patience.ts";
import { attemptUntilSettled } from "./attempts.ts";
import {
  countAttempts,
  type DeliveryFacts,
  type DeliveryRecord,
  deliveryRecord,
  type Watermark,
  watermarkOf,
} from "./records.ts";

const MAX_CONFLICTS = 20;

/** A watermark as it was read: version 0 while there is none. */
interface Mark {
  readonly version: number;
  readonly etag: string | undefined;
}

/** Delivers what announcements say to one destination. */
export interface Deliverer {
  /**
   * Brings the destination to the announced version or a newer one; returns at once when it has that already.
   * `deliveryCount`: how often the message came, from 1; the waits grow with it. Resolves when the delivery is done, ignored or failed for good, and
   * recorded; rejects with a RetryableError when the message must come again.
   */
  deliver(announcement: Announcement, deliveryCount: number): Promise<void>;
}

/** Makes the deliverer of an integration. */
export function createDeliverer(
  integration: IntegrationDefinition,
  ports: Ports,
  settings: Settings,
): Deliverer {
  const { name, destination } = integration;
  const { documents, clock, log } = ports;
  const cache = new RecentlyUsed<{ version: number; etag: string }>(5_000);
  let prepared: Promise<void> | undefined;
  const patiently = <T>(work: () => Promise<T>): Promise<T> =>
    withPatience(log, `recording for ${name}`, work);
  const context = (signal: AbortSignal): Parameters<typeof destination.deliver>[1] => ({
    value: (setting) => settings.value(setting),
    signal,
  });

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
    const { key, eventId } = announcement;
    let mark: Mark | undefined = await patiently(() => loadMark(key));
    if (announcement.version <= mark.version) return;
    const snapshot = await patiently(() => snapshotOf(announcement));
    let attempt = deliveryCount > 1 ? await patiently(() => countAttempts(documents, key, name, eventId)) : 0;

    await attemptUntilSettled(deliveryCount, async (signal) => {
      // While this host waited for its next attempt, another one that got the lock may have gone on.
      mark ??= await patiently(() => loadMark(key));
      if (snapshot.version <= mark.version) return;
      mark = undefined;
      attempt += 1;
      const startedAt = clock.now();
      const facts = (): Pick<
        DeliveryFacts,
        "key" | "integration" | "eventId" | "version" | "at" | "durationMs"
      > => ({
        key,
        integration: name,
        eventId,
        version: snapshot.version,
        at: new Date(startedAt).toISOString(),
        durationMs: clock.now() - startedAt,
      });
      try {
        await prepare(signal);
        const done = await destination.deliver(snapshot as Snapshot<never>, context(signal));
        attempt = await patiently(() => record({ ...facts(), ...done }, attempt, true));
      } catch (error) {
        if (!(error instanceof RetryableError || error instanceof PermanentError)) throw error;
        const status = error instanceof PermanentError ? "failed" : "retrying";
        const { message, request, response } = error;
        const evidence = {
          ...(request === undefined ? {} : { request }),
          ...(response === undefined ? {} : { response }),
        };
        attempt = await patiently(() =>
          record({ ...facts(), status, error: message, ...evidence }, attempt, false),
        );
        if (error instanceof RetryableError) throw error;
        log("error", `delivery to ${name} failed for good`, {
          key,
          version: snapshot.version,
          error: message,
        });
      }
    });
  };

  const loadMark = async (key: string): Promise<Mark> => {
    // A remembered mark may be behind another host's: harmless only where the destination itself refuses to go back.
    const known = destination.guardsVersions ? cache.get(key) : undefined;
    if (known) return known;
    const stored = await documents.read<Watermark>("deliveries", key, `watermark|${name}`);
    return stored ? remember(key, stored.item.version, stored.etag) : { version: 0, etag: undefined };
  };

  const remember = (key: string, version: number, etag: string): Mark => {
    const mark = { version, etag };
    cache.set(key, mark);
    return mark;
  };

  const snapshotOf = async ({ key, entity, id, version, removed, data }: Announcement): Promise<Snapshot> => {
    if (removed || data !== undefined) return { key, entity, id, version, data };
    const stored = await documents.read<DocumentItem>("unified", key, DOCUMENT);
    // A store whose reads lag behind its writes: what it shows is not to be sent, let alone marked.
    if (!stored || stored.item.version < version) {
      const shown = stored ? `version ${stored.item.version}` : "no document";
      throw new RetryableError(`version ${version} of ${key} was announced, but the store shows ${shown}`);
    }
    return { key, entity, id, version: stored.item.version, data: stored.item.data };
  };

  /** Writes the record of an attempt, with the watermark where it moves. Returns the attempt's number as recorded. */
  const record = async (facts: DeliveryFacts, first: number, moves: boolean): Promise<number> => {
    const { key, version } = facts;
    let attempt = first;
    for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
      const mark = await loadMark(key);
      // Not its identity: a password that is a word of the key would move the record to another partition.
      const identity = { key, integration: name, eventId: facts.eventId };
      const item = deliveryRecord({ ...settings.redact(facts), ...identity }, attempt);
      const writes: Write[] = [{ op: "create", item }];
      if (moves && version > mark.version) {
        const next = watermarkOf(key, name, version, facts.at);
        writes.unshift(
          mark.etag === undefined
            ? { op: "create", item: next }
            : { op: "replace", item: next, etag: mark.etag },
        );
      }
      const result = await documents.write("deliveries", key, writes);
      if (result.written) {
        const etag = writes.length > 1 ? result.etags[0] : undefined;
        if (etag !== undefined) remember(key, version, etag);
        return attempt;
      }
      if (result.index < writes.length - 1) {
        cache.delete(key);
        continue;
      }
      const taken = await documents.read<DeliveryRecord>("deliveries", key, item.id);
      // Our own record: it was written, only the answer was lost.
      if (taken?.item.at === item.at && taken.item.version === version) return attempt;
      attempt += 1;
    }
    throw new ContendedError(`the deliveries of ${key} to ${name}`, MAX_CONFLICTS);
  };

  return { deliver };
}

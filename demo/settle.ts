import { setTimeout as sleep } from "node:timers/promises";
import type { AuditRecord } from "../engine/audit/record.ts";
import type { IntegrationDefinition } from "../engine/define/index.ts";
import type { Archive } from "./archive.ts";

/** How long nothing at all may happen before waiting ends, in milliseconds. */
const STALLED_MS = 45_000;
/** Time between two looks, in milliseconds. */
const LOOK_MS = 250;

/** How far the pipeline is. */
export interface Standing {
  readonly recorded: number;
  readonly events: number;
  readonly delivered: number;
  readonly deliveries: number;
}

/**
 * Waits until every event has its audit record, and every integration has the newest version that concerns it or has
 * given up. Ends early when nothing has moved for 45 seconds. Returns what is still missing, in words.
 */
export async function settle(
  archive: Archive,
  eventIds: ReadonlySet<string>,
  integrations: readonly IntegrationDefinition[],
  onProgress: (standing: Standing) => void,
  signal: AbortSignal,
): Promise<string[]> {
  let records: AuditRecord[] | undefined;
  let moved = Date.now();
  let best = "";
  for (;;) {
    const known = records ? undefined : new Set(await archive.recorded());
    const unrecorded = known ? [...eventIds].filter((id) => !known.has(`audit|${id}`)) : [];
    if (unrecorded.length === 0) records ??= await archive.records();
    const owed = records ? owedBy(records, integrations) : new Map<string, number>();
    const undelivered = records ? await openOf(owed, archive) : [];
    const standing = {
      recorded: eventIds.size - unrecorded.length,
      events: eventIds.size,
      delivered: owed.size - undelivered.length,
      deliveries: owed.size,
    };
    onProgress(standing);
    const done = unrecorded.length === 0 && undelivered.length === 0;
    if (done || Date.now() - moved > STALLED_MS) {
      return [...unrecorded.map((id) => `the event ${id} has no audit record`), ...undelivered];
    }
    if (JSON.stringify(standing) !== best) {
      best = JSON.stringify(standing);
      moved = Date.now();
    }
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** The newest version of each entity that each integration wants, by `<integration> <key>`. */
export function owedBy(
  records: readonly AuditRecord[],
  integrations: readonly IntegrationDefinition[],
): Map<string, number> {
  const owed = new Map<string, number>();
  for (const { name, on, changed } of integrations) {
    for (const { key, entity, version, changes, outcome } of records) {
      const concerned =
        entity === on.name &&
        changes.length > 0 &&
        (!changed || outcome === "removed" || changes.some(({ subSchema }) => changed.includes(subSchema)));
      const place = `${name} ${key}`;
      if (concerned) owed.set(place, Math.max(version, owed.get(place) ?? 0));
    }
  }
  return owed;
}

async function openOf(owed: ReadonlyMap<string, number>, archive: Archive): Promise<string[]> {
  const reached = new Map<string, number>();
  for (const { integration, key, version } of [
    ...(await archive.watermarks()),
    ...(await archive.failures()),
  ]) {
    const place = `${integration} ${key}`;
    reached.set(place, Math.max(version, reached.get(place) ?? 0));
  }
  return [...owed]
    .filter(([place, version]) => (reached.get(place) ?? 0) < version)
    .map(([place, version]) => `${place} is not at version ${version} but at ${reached.get(place) ?? 0}`);
}

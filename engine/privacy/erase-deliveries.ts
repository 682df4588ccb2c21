import { type Condition, conditionOf, countItems } from "../condition.ts";
import type { DeadLetter } from "../deliveries/dead-letter.ts";
import type { PendingDelivery } from "../deliveries/pending.ts";
import type { DeliveryRecord } from "../deliveries/records.ts";
import { watermarkId } from "../deliveries/watermark.ts";
import { isPlain } from "../define/merge.ts";
import { ContendedError } from "../errors/contended-error.ts";
import type { Item, Ports, Write } from "../ports.ts";
import { ERASED } from "./erase-input.ts";
import { readAll } from "../read-pages.ts";
import { withoutSystemFields } from "../system-fields.ts";

/** Attempts that are looked at in one step; one may have a megabyte. */
const PAGE = 20;
const MAX_CONFLICTS = 20;
/** How long an attempt is kept, in seconds: as the container has it. Writing one anew would begin that time again. */
const KEPT_S = 400 * 24 * 60 * 60;

/** The attempts to deliver an entity up to a version. */
function attemptsUpTo(version: number): Condition {
  return conditionOf(["c.kind = 'delivery'"], ["c.version <= @version", version]);
}

/** How many attempts to deliver an entity there are, up to a version. */
export function countAttemptsUpTo(
  documents: Ports["documents"],
  key: string,
  version: number,
): Promise<number> {
  return countItems(documents, "deliveries", attemptsUpTo(version), key);
}

/**
 * Takes what may quote personal values from the next attempts to deliver an entity, up to a version; that there was one,
 * when, and how it ended stays, for as long as before. Answers whether there may be more.
 */
export async function eraseNextAttempts(
  { documents, clock }: Pick<Ports, "documents" | "clock">,
  key: string,
  version: number,
): Promise<boolean> {
  const { text, parameters } = attemptsUpTo(version);
  const page = await documents.query<{ id: string }>("deliveries", {
    text: `SELECT c.id FROM c WHERE ${text} AND NOT IS_DEFINED(c.erased)`,
    parameters,
    partition: key,
    limit: PAGE,
  });
  for (const { id } of page.items) {
    await alter<DeliveryRecord>(documents, key, id, (record) => {
      const { request: _sent, response: _got, error: _error, reason: _reason, ...rest } = record;
      const age = Math.floor((clock.now() - Date.parse(record.at)) / 1_000);
      return { ...rest, erased: true, ttl: Math.max(KEPT_S - age, 1) };
    });
  }
  return page.items.length > 0;
}

/** What stands beside an entity's watermarks and may quote it, up to a version. */
type Beside = DeadLetter | PendingDelivery;

/**
 * Takes what may quote personal values from an entity's dead letters and from what waits for its destinations, up to a
 * version. A message that the broker gave up keeps what a replay needs, which brings the document as it then is. Answers
 * how many dead letters there are.
 */
export async function eraseBeside(
  { documents }: Pick<Ports, "documents">,
  key: string,
  version: number,
): Promise<number> {
  let letters = 0;
  const text = "SELECT c.id, c.kind, c.integration FROM c WHERE c.kind IN ('dead-letter', 'pending')";
  const query = { text, partition: key, limit: PAGE };
  for await (const { id, kind, integration } of readAll<Beside>(documents, "deliveries", query)) {
    if (kind === "dead-letter") letters += 1;
    await alterBeside(documents, key, id, integration, version);
  }
  return letters;
}

/** Whoever delivers writes these items under the etag of the watermark beside them: so it is written anew with them. */
async function alterBeside(
  documents: Ports["documents"],
  key: string,
  id: string,
  integration: string,
  version: number,
): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const mark = await documents.read("deliveries", key, watermarkId(integration));
    const stored = await documents.read<Beside>("deliveries", key, id);
    if (!stored) return;
    const next = erasedBeside(withoutSystemFields(stored.item), version);
    if (next === undefined) return;
    const { etag } = stored;
    const write: Write = next === "gone" ? { op: "delete", id } : { op: "replace", item: next, etag };
    const touch: Write[] = mark
      ? [{ op: "replace", item: withoutSystemFields(mark.item), etag: mark.etag }]
      : [];
    if ((await documents.write("deliveries", key, [...touch, write])).written) return;
  }
  throw new ContendedError(`the deliveries of ${key} to ${integration}`, MAX_CONFLICTS);
}

/** An item without what may quote personal values; undefined where it tells of a later version, or quotes nothing. */
function erasedBeside(item: Beside, version: number): Beside | "gone" | undefined {
  if (item.kind === "pending") {
    return item.first > version || item.detail === ERASED ? undefined : { ...item, detail: ERASED };
  }
  if (item.version !== undefined && item.version > version) return undefined;
  const { message, ...letter } = { ...item, error: ERASED, fault: ERASED };
  if (!message) return letter;
  const body = announced(message.body, item.key);
  // Nobody can say what it is, nor what it would do again.
  if (!body) return "gone";
  if (typeof body["version"] === "number" && body["version"] > version) return undefined;
  return { ...letter, message: { ...message, body } };
}

/** What of an announcement says nothing of the entity but its key; undefined for what is none of this entity. */
function announced(body: unknown, key: string): Record<string, unknown> | undefined {
  if (!isPlain(body) || body["key"] !== key) return undefined;
  const names = ["key", "entity", "id", "version", "eventId", "traceparent", "wake", "again"];
  const kept = names.filter((name) => body[name] !== undefined).map((name) => [name, body[name]]);
  // Where it carried its document, the store is to be asked instead; so it is for a removal.
  return { ...Object.fromEntries(kept), removed: false };
}

async function alter<T extends Item>(
  documents: Ports["documents"],
  key: string,
  id: string,
  change: (item: T) => T,
): Promise<void> {
  for (let conflicts = 0; conflicts < MAX_CONFLICTS; conflicts++) {
    const stored = await documents.read<T>("deliveries", key, id);
    if (!stored) return;
    const item = change(withoutSystemFields(stored.item));
    if ((await documents.write("deliveries", key, [{ op: "replace", item, etag: stored.etag }])).written)
      return;
  }
  throw new ContendedError(`${id} of ${key}`, MAX_CONFLICTS);
}

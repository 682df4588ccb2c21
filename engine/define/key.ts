import { createHash, createHmac } from "node:crypto";

/** Longest entity id that is written out; a longer one is replaced by its SHA-256. */
export const MAX_ID = 120;
/** Longest session id of Service Bus, which carries the key (https://learn.microsoft.com/azure/service-bus-messaging/service-bus-quotas). */
export const MAX_KEY = 128;

/** One part of an entity id as a source names it. */
export type IdPart = string | number;

/**
 * The id of an entity from its parts: each percent-encoded (`-` too), joined with `-`, so that no two lists of
 * parts give the same id. Ids over 120 characters, or that would make a key of over 128, become a SHA-256 in hex.
 * Throws a TypeError when a part is empty or no finite number or string.
 */
export function entityId(entity: string, parts: readonly IdPart[]): string {
  const id = parts.map((part) => encodePart(entity, part)).join("-");
  const fits = id.length <= MAX_ID && entity.length + 1 + id.length <= MAX_KEY;
  return fits ? id : createHash("sha256").update(id).digest("hex");
}

/** An id that does not reveal its parts: their HMAC-SHA256 under `secret`, in hex. */
export function pseudonymousId(entity: string, parts: readonly IdPart[], secret: string): string {
  const id = parts.map((part) => encodePart(entity, part)).join("-");
  return createHmac("sha256", secret).update(`${entity}|${id}`).digest("hex");
}

function encodePart(entity: string, part: IdPart): string {
  const text = typeof part === "number" && Number.isFinite(part) ? String(part) : part;
  if (typeof text !== "string" || text === "") {
    throw new TypeError(`an id part of ${entity} must be a non-empty string or a finite number`);
  }
  return encodeURIComponent(text.toWellFormed()).replaceAll("-", "%2D");
}

/** The key of an entity: session id on the queue, partition key in the store. */
export function entityKey(entity: string, id: string): string {
  return `${entity}|${id}`;
}

/** The parts of a key: everything before the first `|` names the entity. */
export function parseKey(key: string): { entity: string; id: string } {
  const bar = key.indexOf("|");
  if (bar < 1) throw new TypeError(`"${key}" is no entity key`);
  return { entity: key.slice(0, bar), id: key.slice(bar + 1) };
}

import { Failure, badRequest } from "../failure.ts";
import { isObject } from "../json.ts";
import type { JsonObject } from "../json.ts";
import { maxBodyBytes } from "../http/request-body.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import { etagOf } from "../store/log-sequence.ts";

/** The service's limit on the length of an item's id. */
const maxIdLength = 1023;

/** The members the service itself writes; what a client sends under these names is replaced. */
const systemNames = ["_rid", "_self", "_etag", "_attachments", "_ts"] as const;

/** What a client wants to store, checked. */
export interface Draft {
  readonly id: string;
  readonly document: JsonObject;
  /** The JSON text as it came, when the document came alone and can be stored as it is. */
  readonly text: string | undefined;
}

/** Checks a document before it is written; throws `Failure` 400 naming what is wrong. */
export function draft(value: unknown, text: string | undefined): Draft {
  if (!isObject(value)) throw badRequest("An item is a JSON object.");
  const id = value["id"];
  if (id === undefined) {
    throw badRequest("The input content is invalid because the required properties - 'id; ' - are missing.");
  }
  if (typeof id !== "string" || id === "" || id.length > maxIdLength || /[/\\#]/.test(id)) {
    throw badRequest(
      `The id ${JSON.stringify(id)} is invalid: it must be a text of 1 to ${maxIdLength} characters without '/', '\\' or '#'.`,
    );
  }
  const ttl = value["ttl"];
  if (
    ttl !== undefined &&
    ttl !== null &&
    (typeof ttl !== "number" || !Number.isInteger(ttl) || ttl === 0 || ttl < -1)
  ) {
    throw badRequest("The ttl of an item must be -1 or a positive whole number of seconds.");
  }
  return { id, document: value, text };
}

/** When an item written now expires, in milliseconds since 1970; null for never. */
export function expiryOf(document: JsonObject, defaultTtl: number | undefined, nowMs: number): number | null {
  if (defaultTtl === undefined) return null;
  const own = document["ttl"];
  const seconds = typeof own === "number" ? own : defaultTtl;
  return seconds > 0 ? nowMs + seconds * 1000 : null;
}

/** The text to store: the client's document with the service's own members at its end. */
export function storedText(
  container: ContainerEntry,
  draft: Draft,
  sequence: number,
  lsn: number,
  seconds: number,
): string {
  const rid = container.itemRid(sequence);
  const system = `"_rid":"${rid}","_self":"${container.self}docs/${rid}/","_etag":"\\${etagOf(lsn).slice(0, -1)}\\"","_attachments":"attachments/","_ts":${seconds}}`;
  const text = plainText(draft);
  const end = text.lastIndexOf("}");
  const stored = `${text.slice(0, end)},${system}`;
  // Three bytes a character at most: only a long text needs to be measured.
  if (stored.length * 3 > maxBodyBytes && Buffer.byteLength(stored) > maxBodyBytes) {
    throw new Failure(413, "The item is too large: the limit is 2 MB.");
  }
  return stored;
}

/** The document's text without the service's own members. It has an id, so it is never the empty object. */
function plainText({ document, text }: Draft): string {
  let stale = false;
  for (const name of systemNames) if (document[name] !== undefined) stale = true;
  if (!stale) return text ?? JSON.stringify(document);
  const kept: JsonObject = { ...document };
  for (const name of systemNames) delete kept[name];
  return JSON.stringify(kept);
}

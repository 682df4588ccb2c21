import { createHash } from "node:crypto";
import { type PersonalPaths, personalWithin } from "../define/personal.ts";
import { pathSegments } from "../sync/paths.ts";
import { canonicalJson } from "./canonical.ts";
import { hmac } from "./hmac.ts";
import { pointerTo, withPointed } from "./pointer.ts";
import type { AuditRecord } from "./record.ts";

/** A record before it is sealed. */
export type Unsealed = Omit<AuditRecord, "hash" | "personal">;

/** What sealing must know of an event's definition: where its data, and its document, hold personal values. */
export interface PersonalParts {
  readonly personal: PersonalPaths;
  readonly about: { readonly personal: PersonalPaths };
}

/** For an event that no definition of the app explains: all that it says may be personal. */
export const ALL_PERSONAL: PersonalParts = { personal: [[]], about: { personal: [[]] } };

/**
 * Seals a record into its entity's chain: commits to each personal value (of the event's data and of the changes)
 * with `salt`, and hashes the record with the commitments in place of the values.
 */
export function seal(record: Unsealed, definition: PersonalParts, salt: Uint8Array): AuditRecord {
  const commitments: Record<string, string> = {};
  const found = [...personalValues(record, definition), ...literalCommitments(record)];
  for (const { pointer, value } of found) {
    if (!isWithin(pointer, commitments)) commitments[pointer] = commit(salt, value);
  }
  const personal = { salt: Buffer.from(salt).toString("base64"), commitments };
  return { ...record, personal, hash: hashOf(record, commitments) };
}

/** A commitment to a value, HMAC-SHA256(salt, canonical JSON) in hex: nothing can be told from it without the salt. */
export function commit(salt: Uint8Array, value: unknown): string {
  return hmac(salt, canonicalJson(value));
}

/**
 * The hash of a record: SHA-256 in hex over the canonical JSON of its fields, without `hash`, the personal values
 * (their commitments stand in their place), the salt, and whatever the store adds.
 */
export function hashOf(record: Unsealed, commitments: Readonly<Record<string, string>>): string {
  const view: Record<string, unknown> = {};
  for (const field of HASHED) if (record[field] !== undefined) view[field] = record[field];
  let masked: unknown = view;
  for (const [pointer, commitment] of Object.entries(commitments)) {
    masked = withPointed(masked, pointer, { commitment });
  }
  return createHash("sha256").update(canonicalJson(masked)).digest("hex");
}

const HASHED = [
  "id",
  "kind",
  "key",
  "entity",
  "entityId",
  "sequence",
  "version",
  "outcome",
  "reason",
  "rule",
  "event",
  "changes",
  "refused",
  "at",
  "previous",
] as const satisfies readonly (keyof Unsealed)[];

/** A value, and the JSON pointer to it. */
export interface PersonalValue {
  readonly pointer: string;
  readonly value: unknown;
}

/**
 * Where a record says literally what stands in a hash for a personal value. Sealing commits to it as to a personal
 * value: so nobody can put it in the place of one, with the commitment struck off the list, and leave the hash as it is.
 */
export function literalCommitments({
  event,
  changes,
  refused = [],
}: Pick<Unsealed, "event" | "changes" | "refused">): PersonalValue[] {
  const found: PersonalValue[] = [];
  const look = (value: unknown, pointer: string): void => {
    if (typeof value !== "object" || value === null) return;
    const names = Object.keys(value);
    const { commitment } = value as { commitment?: unknown };
    if (names.length === 1 && typeof commitment === "string" && HEX.test(commitment)) {
      found.push({ pointer, value });
      return;
    }
    for (const name of names) look((value as Record<string, unknown>)[name], pointerTo(pointer, name));
  };
  look(event.data, "/event/data");
  for (const [name, list] of Object.entries({ changes, refused })) {
    for (const [index, entry] of list.entries()) {
      const { old, new: value } = entry as { old?: unknown; new?: unknown };
      look(old, `/${name}/${index}/old`);
      look(value, `/${name}/${index}/new`);
    }
  }
  return found;
}

const HEX = /^[0-9a-f]{64}$/;

/** Whether a pointer leads to what is committed to, or below it. */
function isWithin(pointer: string, commitments: Readonly<Record<string, string>>): boolean {
  for (let end = pointer.length; end > 0; end = pointer.lastIndexOf("/", end - 1)) {
    if (Object.hasOwn(commitments, pointer.slice(0, end))) return true;
  }
  return false;
}

function personalValues(record: Unsealed, definition: PersonalParts): PersonalValue[] {
  const found: PersonalValue[] = [];
  for (const path of definition.personal) collect(record.event.data, path, "/event/data", found);
  const lists = { changes: record.changes, refused: record.refused ?? [] };
  for (const [name, list] of Object.entries(lists)) {
    list.forEach((entry, index) => {
      const within = personalWithin(definition.about.personal, pathSegments(entry.path));
      for (const side of ["old", "new"] as const) {
        const value = (entry as { old?: unknown; new?: unknown })[side];
        for (const path of within) collect(value, path, `/${name}/${index}/${side}`, found);
      }
    });
  }
  return found;
}

function collect(value: unknown, path: readonly string[], pointer: string, found: PersonalValue[]): void {
  const [name, ...rest] = path;
  if (name === undefined) {
    if (value !== undefined) found.push({ pointer, value });
    return;
  }
  if (typeof value !== "object" || value === null) return;
  const names = name === "*" ? Object.keys(value) : Object.hasOwn(value, name) ? [name] : [];
  for (const member of names) {
    collect((value as Record<string, unknown>)[member], rest, pointerTo(pointer, member), found);
  }
}

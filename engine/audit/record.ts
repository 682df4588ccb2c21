import type { BlobReference } from "../blob-reference.ts";
import type { CloudEvent } from "../define/event.ts";
import type { Change, Refusal } from "../sync/resolve.ts";

/** What an event did. */
export type Outcome = "created" | "updated" | "unchanged" | "skipped" | "removed";

/** What one event did to its entity: an item of `unified`, id `audit|<event id>`, never altered but by erasure. */
export interface AuditRecord {
  readonly id: string;
  readonly kind: "audit";
  /** Partition key: the entity's key. */
  readonly key: string;
  readonly entity: string;
  readonly entityId: string;
  /** Place in the entity's chain: 1, 2, 3 … without gap. */
  readonly sequence: number;
  /** The document's version after the event. */
  readonly version: number;
  readonly outcome: Outcome;
  /** Why it was skipped or removed. */
  readonly reason?: string;
  readonly rule: {
    readonly name: string;
    /** SHA-256 of the rule's bundled module graph. */ readonly hash: string;
  };
  /** The event as received. */
  readonly event: CloudEvent;
  readonly changes: readonly Change[];
  /** What lost to a newer observation or a higher source. */
  readonly refused?: readonly Refusal[];
  /** When it was recorded: ISO 8601 UTC with milliseconds. */
  readonly at: string;
  /** Hash of the record before; null for the first. */
  readonly previous: string | null;
  /** What stands in the hash for personal values; see {@link commit}. */
  readonly personal: PersonalCommitments;
  /** SHA-256 over the canonical JSON of the record's hashed view, in hex. */
  readonly hash: string;
}

/**
 * What the store has of a record that is too large for it; the whole record, as JSON, is the blob. `hash` is that of
 * the whole one.
 */
export interface RecordStub extends Omit<AuditRecord, "event" | "changes" | "refused" | "personal"> {
  readonly event: Omit<CloudEvent, "data">;
  readonly changes: readonly Omit<Change, "old" | "new">[];
  readonly refused?: readonly Omit<Refusal, "new">[];
  readonly blob: BlobReference;
}

/** An audit record as the store has it; wholeRecord in stub.ts gives the whole one. */
export type StoredRecord = AuditRecord | RecordStub;

/** Commitments to the personal values of a record. Erasure deletes the values and the salt; the commitments stay. */
export interface PersonalCommitments {
  /** Base64, 16 random bytes; absent after erasure. */
  readonly salt?: string;
  /** HMAC-SHA256(salt, canonical JSON of the value) in hex, by JSON pointer into the record. */
  readonly commitments: Readonly<Record<string, string>>;
}

/** The id of an event's audit record. */
export function auditId(eventId: string): string {
  return `audit|${eventId}`;
}

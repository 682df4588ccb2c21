import type { CloudEvent } from "../../define/event.ts";
import type { Change, Refusal } from "../../sync/resolve.ts";
import type { AuditRecord } from "../record.ts";

/** Which record something stands in, and which event that was. */
export interface Where {
  readonly sequence: number;
  /** Of the document, after the record. */
  readonly version: number;
  /** When it was recorded. */
  readonly at: string;
  readonly rule: AuditRecord["rule"];
  readonly eventId: string;
  readonly source: string;
  /** When the source saw it. */
  readonly time: string;
}

/** A value that a path had, or could have had; `value` is missing where there was none, or it is not there any more. */
export interface Told {
  readonly value?: unknown;
  /** There was a personal value, or part of one, and an erasure took it. */
  readonly erased?: true;
  /** There was a value, and the blob of its record is lost. */
  readonly unreadable?: true;
}

/** A value that a path had before. */
export interface Earlier extends Where, Told {}

/** A value that an event brought and that did not stand. */
export interface Lost extends Where, Told {
  readonly path: string;
  readonly reason: Refusal["reason"];
  /** What stood against it. */
  readonly standing?: Refusal["standing"];
}

/** The record that set what a path has now. */
export interface Setting extends Pick<Where, "sequence" | "version" | "at" | "rule">, Told {
  readonly outcome: AuditRecord["outcome"];
  readonly reason?: string;
  /** What stood before; missing where nothing did. */
  readonly old?: unknown;
  /** The event as received; without its data where that is not asked for, or lost. */
  readonly event: Omit<CloudEvent, "data"> & { readonly data?: unknown };
  /** An erasure took personal values out of the event. */
  readonly eventErased?: true;
  /** It lost something else: what is announced of it goes to all, also to where it came from. */
  readonly refusedSome: boolean;
}

/** What the records of an entity say about one leaf. */
export interface LeafHistory {
  readonly path: string;
  readonly setBy?: Setting;
  /** The newest first. */
  readonly earlier: readonly Earlier[];
  readonly lost: readonly Lost[];
  readonly more: { readonly earlier: boolean; readonly lost: boolean };
}

/** A record as it is read for an explanation. */
export interface ReadRecord {
  /** As the caller may see it. */
  readonly record: Omit<AuditRecord, "event" | "personal"> & { readonly event: Setting["event"] };
  /** Its blob is lost: it has no values. */
  readonly lost: boolean;
  /** Whether an erasure took a value, or part of one, from where a JSON pointer points. */
  readonly isErased: (pointer: string) => boolean;
}

/** How the value at a path is shown: as it is, or masked. */
export type Show = (path: string, value: unknown) => unknown;

/**
 * The history of a leaf, from the records that changed it and those that were refused a value there, the newest first;
 * of earlier values and of lost ones the newest `limit`. `show` decides what becomes of each value.
 */
export function historyOf(
  path: string,
  { changed, refused }: { readonly changed: readonly ReadRecord[]; readonly refused: readonly ReadRecord[] },
  limit: number,
  show: Show,
): LeafHistory {
  const [newest, ...before] = changed.flatMap((read) => entriesAt(read, read.record.changes, path));
  const lost = refused.flatMap((read) => entriesAt(read, read.record.refused ?? [], path));
  return {
    path,
    ...(newest ? { setBy: settingOf(newest, show) } : {}),
    earlier: before.slice(0, limit).map((found) => ({
      ...told(found, `/changes/${found.index}/new`, show),
      ...whereOf(found.read),
    })),
    lost: lost.slice(0, limit).map((found) => ({
      path,
      ...told(found, `/refused/${found.index}/new`, show),
      reason: found.entry.reason,
      ...(found.entry.standing === undefined ? {} : { standing: found.entry.standing }),
      ...whereOf(found.read),
    })),
    more: { earlier: before.length > limit, lost: lost.length > limit },
  };
}

/** What a record says of a path, and where in the record. */
interface Found<Entry> {
  readonly read: ReadRecord;
  readonly entry: Entry;
  readonly index: number;
}

/** What a record says of a path; what it says last comes first. */
function entriesAt<Entry extends { readonly path: string }>(
  read: ReadRecord,
  entries: readonly Entry[],
  path: string,
): Found<Entry>[] {
  return entries
    .flatMap((entry, index) => (entry.path === path ? [{ read, entry, index }] : []))
    .toReversed();
}

function settingOf(found: Found<Change>, show: Show): Setting {
  const { read, entry, index } = found;
  const { sequence, version, at, outcome, reason, rule, event, refused } = read.record;
  return {
    sequence,
    version,
    at,
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(entry.old === undefined ? {} : { old: show(entry.path, entry.old) }),
    ...told(found, `/changes/${index}/new`, show),
    rule,
    event,
    ...(read.isErased("/event/data") ? { eventErased: true } : {}),
    refusedSome: refused !== undefined,
  };
}

function whereOf({ record }: ReadRecord): Where {
  const { sequence, version, at, rule, event } = record;
  return { sequence, version, at, rule, eventId: event.id, source: event.source, time: event.time };
}

function told(
  { read, entry }: Found<{ readonly path: string; readonly new?: unknown }>,
  pointer: string,
  show: Show,
): Told {
  return {
    ...(entry.new === undefined ? {} : { value: show(entry.path, entry.new) }),
    ...(read.isErased(pointer) ? { erased: true } : {}),
    ...(read.lost ? { unreadable: true } : {}),
  };
}

import { createHash } from "node:crypto";
import { z } from "zod";
import { type CloudEvent, CONTROL_PREFIX } from "../define/event.ts";
import type { AuditRecord } from "../audit/record.ts";

/** Longest reason that an operator may give, in characters. */
export const MAX_REASON = 1_000;

/** What an operator wants done about a parked entity; see {@link drain}. */
export type LineControl =
  | { readonly kind: "retry"; readonly id: string; readonly key: string }
  | { readonly kind: "skip"; readonly id: string; readonly key: string; readonly skip: Skipping };

/** What an operator wants done about an entity. */
export type Control =
  | LineControl
  | { readonly kind: "undo"; readonly id: string; readonly key: string; readonly undo: Undoing }
  | { readonly kind: "erase"; readonly id: string; readonly key: string; readonly erase: Erasing };

/** Which event is to be skipped, by whom and why. */
export interface Skipping {
  readonly eventId: string;
  readonly reason: string;
  readonly actor: string;
  /** When it was asked: ISO 8601 UTC with milliseconds. */
  readonly at: string;
}

/** Whose doing is to be taken back: one event's, all that came in by a cause, or what a rule as built decided. */
export type Culprit =
  | { readonly event: string }
  /** A {@link CloudEvent} cause, or how causes begin, up to a slash: `pull/store/<run>` for all pages of that run. */
  | { readonly cause: string }
  /** Without a hash: the rule in all its versions. */
  | { readonly rule: string; readonly hash?: string | undefined };

/** What of an entity is to be taken back, by whom and why. */
export interface Undoing {
  readonly culprit: Culprit;
  readonly run: string;
  readonly reason: string;
  readonly actor: string;
}

/** That the personal values of an entity are to be erased, by whom and why. */
export interface Erasing {
  readonly run: string;
  readonly reason: string;
  readonly actor: string;
}

const RETRY = `${CONTROL_PREFIX}parked.retry`;
const SKIP = `${CONTROL_PREFIX}parked.skip`;
const UNDO = `${CONTROL_PREFIX}undo`;
const ERASE = `${CONTROL_PREFIX}erase`;

/** What stands as `rule` in the audit record of an event that an operator skipped: no rule decided. */
export const BY_OPERATOR: AuditRecord["rule"] = { name: "(operator)", hash: "" };

const skipping: z.ZodType<Skipping> = z.strictObject({
  eventId: z.string().min(1).max(128),
  reason: z.string().min(1).max(MAX_REASON),
  actor: z.string().min(1).max(128),
  at: z.iso.datetime({ precision: 3 }),
});

const asked = {
  run: z.string().min(1).max(100),
  reason: z.string().min(1).max(MAX_REASON),
  actor: z.string().min(1).max(128),
};
const name = z.string().min(1).max(256);

/** Says whose doing is to be taken back. */
export const culprit: z.ZodType<Culprit> = z.union([
  z.strictObject({ event: name }),
  z.strictObject({ cause: name }),
  z.strictObject({ rule: name, hash: name.optional() }),
]);

const undoing: z.ZodType<Undoing> = z.strictObject({ ...asked, culprit });
const erasing: z.ZodType<Erasing> = z.strictObject(asked);

const control = z.discriminatedUnion("type", [
  z.object({ type: z.literal(RETRY), id: z.string(), subject: z.string() }),
  z.object({ type: z.literal(SKIP), id: z.string(), subject: z.string(), data: skipping }),
  z.object({ type: z.literal(UNDO), id: z.string(), subject: z.string(), data: undoing }),
  z.object({ type: z.literal(ERASE), id: z.string(), subject: z.string(), data: erasing }),
]);

/**
 * An event that has the line of a parked entity tried again, in the entity's own session. `cause` tells it from other
 * retries of the same entity (the id of a run, say): the same one twice is one.
 */
export function retryEvent(key: string, cause: string, at: string): CloudEvent {
  return controlEvent(RETRY, key, cause, at, {});
}

/** An event that has the first one in the line of a parked entity skipped, and the others tried again. */
export function skipEvent(key: string, skip: Skipping): CloudEvent {
  return controlEvent(SKIP, key, `${skip.eventId}|${skip.at}`, skip.at, { ...skip });
}

/** An event that has something of an entity taken back; of one run, the same entity twice is one. Its cause is the run. */
export function undoEvent(key: string, undo: Undoing, at: string): CloudEvent {
  return { ...controlEvent(UNDO, key, undo.run, at, { ...undo }), cause: `undo/${undo.run}` };
}

/** An event that has the personal values of an entity erased; of one run, the same entity twice is one. */
export function eraseEvent(key: string, erase: Erasing, at: string): CloudEvent {
  return controlEvent(ERASE, key, erase.run, at, { ...erase });
}

/** Whether an event is an operator's, and so tells of no entity and belongs to no rule. */
export function isControl({ type }: Pick<CloudEvent, "type">): boolean {
  return type.startsWith(CONTROL_PREFIX);
}

/** What is wrong with an operator's event; nothing about one as {@link retryEvent} or {@link skipEvent} make it. */
export function controlFaults(event: CloudEvent): readonly z.core.$ZodIssue[] {
  return control.safeParse(event).error?.issues ?? [];
}

/** What an operator's event wants. Throws a ZodError where it has faults. */
export function controlOf(event: CloudEvent): Control {
  const { id, subject: key, ...wanted } = control.parse(event);
  switch (wanted.type) {
    case RETRY:
      return { kind: "retry", id, key };
    case SKIP:
      return { kind: "skip", id, key, skip: wanted.data };
    case UNDO:
      return { kind: "undo", id, key, undo: wanted.data };
    case ERASE:
      return { kind: "erase", id, key, erase: wanted.data };
  }
}

function controlEvent(type: string, key: string, cause: string, time: string, data: object): CloudEvent {
  const id = createHash("sha256").update(`${type}|${key}|${cause}`).digest("hex");
  return {
    specversion: "1.0",
    id,
    source: "caudal",
    type,
    subject: key,
    time,
    datacontenttype: "application/json",
    data,
  };
}

import { createHash } from "node:crypto";
import { z } from "zod";
import { type CloudEvent, CONTROL_PREFIX } from "../define/event.ts";
import type { AuditRecord } from "../audit/record.ts";

/** Longest reason that an operator may give, in characters. */
export const MAX_REASON = 1_000;

/** What an operator wants done about a parked entity; see {@link drain}. */
export type Control =
  | { readonly kind: "retry"; readonly id: string; readonly key: string }
  | { readonly kind: "skip"; readonly id: string; readonly key: string; readonly skip: Skipping };

/** Which event is to be skipped, by whom and why. */
export interface Skipping {
  readonly eventId: string;
  readonly reason: string;
  readonly actor: string;
  /** When it was asked: ISO 8601 UTC with milliseconds. */
  readonly at: string;
}

const RETRY = `${CONTROL_PREFIX}parked.retry`;
const SKIP = `${CONTROL_PREFIX}parked.skip`;

/** What stands as `rule` in the audit record of an event that an operator skipped: no rule decided. */
export const BY_OPERATOR: AuditRecord["rule"] = { name: "(operator)", hash: "" };

const skipping: z.ZodType<Skipping> = z.strictObject({
  eventId: z.string().min(1).max(128),
  reason: z.string().min(1).max(MAX_REASON),
  actor: z.string().min(1).max(128),
  at: z.iso.datetime({ precision: 3 }),
});

const control = z.discriminatedUnion("type", [
  z.object({ type: z.literal(RETRY), id: z.string(), subject: z.string() }),
  z.object({ type: z.literal(SKIP), id: z.string(), subject: z.string(), data: skipping }),
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
  return wanted.type === RETRY ? { kind: "retry", id, key } : { kind: "skip", id, key, skip: wanted.data };
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

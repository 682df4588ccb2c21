import type { AuditRecord } from "../audit/record.ts";
import type { CloudEvent } from "../define/event.ts";
import type { Erasing } from "../sync/control.ts";

/** That the personal values of an entity were erased. */
export interface Erased {
  /** When: ISO 8601 UTC with milliseconds. What its sources saw until then takes no effect any more. */
  readonly at: string;
}

/** What stands as `rule` in the audit records of an erasure, and of what came too late for it: no rule decided. */
export const BY_ERASURE: AuditRecord["rule"] = { name: "(erasure)", hash: "" };

/** The source of the sightings that an erasure leaves. */
export const ERASER = "caudal";

/** Whether an event tells of what its source saw before its entity was erased, and so must not bring it back. */
export function isTooLate({ time }: Pick<CloudEvent, "time">, erased: Erased | undefined): boolean {
  return erased !== undefined && time <= erased.at;
}

/** Why an event that came too late has no effect. */
export function tooLate({ at }: Erased): string {
  return `seen before the entity was erased at ${at}`;
}

/** Why an entity was erased, as its audit record says it. */
export function erasedBy({ actor, reason }: Erasing): string {
  return `erased by ${actor}: ${reason}`;
}

/** Why an event left the line of a parked entity, as its audit record says it. */
export function tookFromLine(erasing: Erasing): string {
  return `waited in line when it was ${erasedBy(erasing)}`;
}

import type { AuditRecord } from "../../../engine/audit/record.ts";
import { pathSegments, withValue } from "../../../engine/sync/paths.ts";

/** A version of a document, with the event that made it. */
export interface Version {
  readonly key: string;
  readonly id: string;
  readonly version: number;
  readonly eventId: string;
  readonly data: unknown;
}

/** Every version that a document ever had, from its audit records in their order. */
export function versionsOf(records: readonly AuditRecord[]): Version[] {
  let data: unknown;
  return records.flatMap(({ key, entityId: id, version, event, changes }) => {
    for (const change of changes) data = withValue(data, pathSegments(change.path), change.new);
    return changes.length > 0 ? [{ key, id, version, eventId: event.id, data }] : [];
  });
}

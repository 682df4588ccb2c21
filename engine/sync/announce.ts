import { createHash } from "node:crypto";
import type { AuditRecord } from "../audit/record.ts";
import type { OutgoingMessage } from "../ports.ts";

/** The message on the topic that says that a document changed. */
export interface Announcement {
  readonly key: string;
  readonly entity: string;
  readonly id: string;
  readonly version: number;
  /** The event that made this version. */
  readonly eventId: string;
  readonly removed: boolean;
  /** The document at this version; left out where it is large, removed or no longer at hand: read it then. */
  readonly data?: unknown;
  readonly traceparent?: string;
}

/** Over this many bytes of JSON the document does not travel in its announcement. */
const MAX_DATA = 180_000;

/** The announcement of what a record changed; undefined when it changed nothing. `data` is the document after it. */
export function announcementOf(record: AuditRecord, data: unknown): OutgoingMessage | undefined {
  if (record.changes.length === 0) return undefined;
  const removed = record.outcome === "removed";
  const body: Announcement = {
    key: record.key,
    entity: record.entity,
    id: record.entityId,
    version: record.version,
    eventId: record.event.id,
    removed,
    ...(data === undefined || Buffer.byteLength(JSON.stringify(data)) > MAX_DATA ? {} : { data }),
    ...(record.event.traceparent === undefined ? {} : { traceparent: record.event.traceparent }),
  };
  const subSchemas = [...new Set(record.changes.map((change) => change.subSchema))].toSorted();
  return {
    body,
    sessionId: record.key,
    messageId: createHash("sha256").update(`${record.key}:${record.version}`).digest("hex"),
    properties: { entity: record.entity, removed, changed: `|${subSchemas.join("|")}|` },
  };
}

import { createHash, randomUUID } from "node:crypto";
import type { Again } from "../deliveries/pending.ts";
import type { StoredRecord } from "../audit/record.ts";
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
  /** It is for one integration, which is to bring what the store has, whatever waits for that entity. */
  readonly wake?: true;
  /** The run that wants the entity delivered even if the destination has it. */
  readonly again?: Again;
}

/** Over this many bytes of JSON the document does not travel in its announcement. */
const MAX_DATA = 180_000;

/** The announcement of what a record changed; undefined when it changed nothing. `data` is the document after it. */
export function announcementOf(record: StoredRecord, data: unknown): OutgoingMessage | undefined {
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
    properties: {
      entity: record.entity,
      removed,
      changed: `|${subSchemas.join("|")}|`,
      // Where something of what the source said lost, it must be told what stands instead.
      ...(record.refused ? {} : { echo: record.event.source }),
    },
  };
}

/**
 * An announcement for one integration alone, of what the store then has: the entity's session keeps it in order with
 * those for everybody. `again` wants it delivered even if the destination has that version.
 */
export function announcementFor(
  integration: string,
  { key, entity, id, version, eventId }: Pick<Announcement, "key" | "entity" | "id" | "version" | "eventId">,
  again?: Again,
): OutgoingMessage {
  const body: Announcement = {
    key,
    entity,
    id,
    version,
    eventId,
    removed: false,
    wake: true,
    ...(again === undefined ? {} : { again }),
  };
  return { body, sessionId: key, messageId: randomUUID(), properties: { only: integration } };
}

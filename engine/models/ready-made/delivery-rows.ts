import { createHash } from "node:crypto";
import { parseKey } from "../../define/key.ts";
import type { DeliveryRecord } from "../../deliveries/records.ts";
import { maskDelivery } from "../../privacy/mask-items.ts";
import type { TableRow } from "./record-tables.ts";
import { sqlId, sqlText, sqlTime } from "./sql-values.ts";

/** The members of a delivery's record in a query: without what was sent and what came back. */
export const DELIVERY_FACTS =
  "c.id, c.kind, c.key, c.integration, c.eventId, c.attempt, c.status, c.version, c.error, c.at, c.durationMs, c.erased, c._ts";

/** The row of an attempt to deliver, masked as an auditor gets it. */
export function deliveryRow(record: DeliveryRecord): TableRow {
  const { id, key, integration, eventId, attempt, version, status, error, durationMs, at } =
    maskDelivery(record);
  const { entity, id: entityId } = parseKey(key);
  const own = createHash("sha256")
    .update(JSON.stringify([key, id]))
    .digest("hex")
    .slice(0, 32);
  return {
    row: [
      own,
      sqlId(integration, 64),
      sqlId(entity, 64),
      sqlId(entityId),
      sqlText(eventId, 128),
      attempt,
      version,
      sqlId(status, 16),
      error ?? null,
      Math.max(0, Math.round(durationMs)),
      sqlTime(at),
      record.erased ? 1 : 0,
    ],
    parts: [],
  };
}

import type { AuditRecord } from "../engine/audit/record.ts";
import type { DeliveryRecord } from "../engine/deliveries/records.ts";
import type { DocumentItem } from "../engine/sync/entity.ts";
import type { Archive } from "./archive.ts";
import { type ModelRow, readModel } from "./model.ts";

/** What there is in the end, read from the stores themselves. */
export interface Evidence {
  readonly documents: readonly DocumentItem[];
  readonly records: readonly AuditRecord[];
  readonly deliveries: readonly DeliveryRecord[];
  readonly rows: readonly ModelRow[];
}

/** Reads it all; `mysql` is the URL of the server with the business model. */
export async function gather(archive: Archive, mysql: string): Promise<Evidence> {
  const [documents, records, deliveries, rows] = await Promise.all([
    archive.documents(),
    archive.records(),
    archive.deliveries(),
    readModel(mysql),
  ]);
  return { documents, records, deliveries, rows };
}

import type { StoredRecord } from "../../audit/record.ts";
import { wholeRecord } from "../../audit/stub.ts";
import type { DeliveryRecord } from "../../deliveries/records.ts";
import { BlobLostError } from "../../errors/blob-lost-error.ts";
import type { Ports } from "../../ports.ts";
import { withPatience } from "../../sync/patience.ts";
import type { Window } from "../schedule/state.ts";
import { auditRow } from "./audit-rows.ts";
import { Copier } from "./copier.ts";
import { DELIVERY_FACTS, deliveryRow } from "./delivery-rows.ts";
import { DOCUMENT_FACTS, type DocumentFacts, documentRow } from "./document-rows.ts";
import type { Filling } from "./filling.ts";
import { AUDIT, DELIVERIES, DOCUMENTS } from "./record-tables.ts";

/** How much earlier than its window a run begins, in milliseconds: the store's clock is not that of the hosts. */
const LATE_MS = 60_000;

/** What a run did. */
export interface Copied {
  readonly documents: number;
  readonly records: number;
  readonly deliveries: number;
  /** Up to where time is covered: the window's end, or less where the run's time was over. ISO 8601. */
  readonly to: string;
}

/** What copying reads from. */
export type CopyPorts = Pick<Ports, "documents" | "blobs" | "log" | "clock">;

/**
 * Copies what was written within a window, and within a minute before it, into a model's tables: always a page of what
 * is furthest behind, so that at any time all of it is covered up to the same moment, and nothing but pages is in
 * memory. Where the filling's time is over, it ends there. Throws as {@link Filling} does; rejects when the store fails
 * for minutes.
 */
export async function copyWindow(ports: CopyPorts, filling: Filling, window: Window): Promise<Copied> {
  const since = Math.floor((Date.parse(window.from) - LATE_MS) / 1_000);
  const until = Math.ceil(Date.parse(window.to) / 1_000);
  const unified = { container: "unified", since, until } as const;
  const documents = new Copier(
    ports,
    { ...unified, kind: "document", members: DOCUMENT_FACTS },
    DOCUMENTS,
    (item: DocumentFacts) => documentRow(item, filling.personalOf(item.entity)),
  );
  const records = new Copier(
    ports,
    { ...unified, kind: "audit", members: "*" },
    AUDIT,
    async (stored: StoredRecord) => auditRow(await wholeOrStub(stored, ports)),
  );
  const deliveries = new Copier(
    ports,
    { container: "deliveries", kind: "delivery", members: DELIVERY_FACTS, since, until },
    DELIVERIES,
    (item: DeliveryRecord) => deliveryRow(item),
  );
  const copied = (to: string): Copied => ({
    documents: documents.count,
    records: records.count,
    deliveries: deliveries.count,
    to,
  });
  for (;;) {
    filling.heed();
    const open = [documents, records, deliveries].filter(({ ended }) => !ended);
    const [behind] = open.toSorted((one, other) => one.upTo - other.upTo);
    if (!behind) return copied(window.to);
    if (ports.clock.now() >= filling.until) return copied(new Date(behind.upTo * 1_000).toISOString());
    await behind.step(filling);
  }
}

/** A record whole; what is left of it where its blob is lost. */
function wholeOrStub(stored: StoredRecord, { blobs, log }: CopyPorts): Promise<StoredRecord> {
  return withPatience(log, "reading an audit record for a business model", async () => {
    try {
      return await wholeRecord(stored, blobs);
    } catch (error) {
      if (!(error instanceof BlobLostError)) throw error;
      log("error", `the audit record ${String(stored.sequence)} of ${stored.key} is not whole`, { error });
      return stored;
    }
  });
}

import type { Watermark } from "../deliveries/watermark.ts";
import { watermarkId } from "../deliveries/watermark.ts";
import type { Documents } from "../ports.ts";
import type { DeliveryRecord } from "../deliveries/records.ts";
import { readSome } from "../read-pages.ts";

/** What a destination had of an entity by some time. */
export type DeliveredBy = {
  readonly integration: string;
} & (
  | {
      readonly version: number;
      readonly status: "delivered" | "ignored";
      /** When the attempt began, and how long it took. */
      readonly at: string;
      readonly durationMs: number;
    }
  /** Known from the watermark alone: the record of the attempt has expired. */
  | { readonly version: number; readonly at: string; readonly reason: string }
  | { readonly version: null; readonly reason: string }
);

const KEPT = "records of deliveries are kept for 400 days";

/** Attempts that may have been under way at one time to one destination, for one entity. */
const MOST_UNDER_WAY = 10;

/**
 * The last version that a destination had of an entity by `time`: of a delivery that had ended by then. Attempts are on
 * record for 400 days; where there is none, the watermark may still know.
 */
export async function deliveredBy(
  documents: Documents,
  key: string,
  integration: string,
  time: string,
): Promise<DeliveredBy> {
  const { items } = await readSome<
    Pick<DeliveryRecord, "version" | "at" | "durationMs"> & { status: "delivered" | "ignored" }
  >(
    documents,
    "deliveries",
    {
      text: `SELECT c.version, c.status, c.at, c.durationMs FROM c WHERE c.kind = 'delivery' AND c.integration = @integration
        AND c.status IN ('delivered', 'ignored') AND c.at <= @time ORDER BY c.version DESC`,
      parameters: { integration, time },
      partition: key,
    },
    MOST_UNDER_WAY,
  );
  const ended = items.find(({ at, durationMs }) => Date.parse(at) + durationMs <= Date.parse(time));
  if (ended) return { integration, ...ended };
  const stored =
    items.length > 0
      ? undefined
      : await documents.read<Watermark>("deliveries", key, watermarkId(integration));
  if (stored && stored.item.version > 0 && stored.item.at <= time) {
    const { version, at } = stored.item;
    return { integration, version, at, reason: `the record of the attempt has expired: ${KEPT}` };
  }
  return { integration, version: null, reason: `nothing that had come to it by then is on record; ${KEPT}` };
}

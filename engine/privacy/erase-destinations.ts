import type { Again, PendingDelivery } from "../deliveries/pending.ts";
import { pendingId } from "../deliveries/pending.ts";
import { readDestination } from "../deliveries/destination-state.ts";
import type { DeliveryRecord } from "../deliveries/records.ts";
import { type Watermark, watermarkId } from "../deliveries/watermark.ts";
import type { IntegrationDefinition } from "../define/integration.ts";
import { parseKey } from "../define/key.ts";
import { CHANGES } from "../define/topology.ts";
import type { Ports } from "../ports.ts";
import { announcementFor } from "../sync/announce.ts";
import type { Place } from "./receipt.ts";

/** What destinations are to be brought to, and for which run. */
export interface Telling {
  readonly key: string;
  /** The version of the erased document. */
  readonly version: number;
  readonly again: Again;
}

/**
 * Announces an erased entity once more, to each destination alone: in the entity's session, so that whatever was
 * announced before has been done when this is. Announced twice, it does no harm.
 */
export async function tellDestinations(
  { topic }: Pick<Ports, "topic">,
  integrations: readonly IntegrationDefinition[],
  { key, version, again }: Telling,
): Promise<void> {
  const { entity, id } = parseKey(key);
  const eventId = `erasure:${again.run}`;
  const messages = integrations.map(({ name }) =>
    announcementFor(name, { key, entity, id, version, eventId }, again),
  );
  if (messages.length > 0) await topic(CHANGES).publish(messages);
}

/** How a destination stands to an erasure; `open`: that may still change by itself. */
export interface Standing {
  readonly place: Place;
  readonly open: boolean;
}

/** How a destination stands to an erasure, in the receipt's words. */
export async function standingOf(
  { documents }: Pick<Ports, "documents">,
  integration: string,
  telling: Telling,
): Promise<Standing> {
  const { key, again } = telling;
  const mark = (await documents.read<Watermark>("deliveries", key, watermarkId(integration)))?.item;
  const stands = (state: string, open: boolean): Standing => ({
    place: { place: `destination ${integration}`, items: 1, state },
    open,
  });
  if (mark?.again?.includes(again.run)) {
    const last = await lastDelivery(documents, integration, telling);
    return stands(told(mark, last), false);
  }
  const waits = (await documents.read<PendingDelivery>("deliveries", key, pendingId(integration)))?.item;
  if (waits?.again?.run !== again.run) return stands(NOT_CONFIRMED, true);
  const never = mark === undefined || (mark.version === 0 && !mark.known);
  if (never)
    return stands(`pending: ${waits.reason} since ${waits.since}; it was never given anything`, false);
  const { held } = await readDestination(documents, integration);
  const since = waits.reason === "held" && held ? held.at : waits.since;
  const state = `pending: ${waits.reason} since ${since}; it still has what it was given before`;
  return stands(state, waits.reason === "paused" || waits.reason === "failing");
}

/** The state of a destination that gave no sign of its session within the time. */
const NOT_CONFIRMED = "not confirmed: it may still have, and be sent, what was announced before";

function told({ known, deadLetter }: Watermark, last: DeliveryRecord | undefined): string {
  if (deadLetter || last?.status === "failed") {
    return `refused at ${last?.at ?? "an unknown time"}: it still has what it was given before`;
  }
  if (last?.status === "ignored") {
    return known
      ? "not told: its mapping sends nothing for what is left; it still has what it was given before"
      : "confirmed: it has nothing of the entity";
  }
  return "confirmed";
}

async function lastDelivery(
  documents: Ports["documents"],
  integration: string,
  { key, version, again }: Telling,
): Promise<DeliveryRecord | undefined> {
  const page = await documents.query<DeliveryRecord>("deliveries", {
    text: `SELECT c.status, c.at FROM c WHERE c.kind = 'delivery' AND c.integration = @integration
      AND c.version >= @version AND c.at >= @since ORDER BY c.at DESC`,
    parameters: { integration, version, since: again.since },
    partition: key,
    limit: 1,
  });
  return page.items[0];
}

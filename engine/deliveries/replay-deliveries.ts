import { type Condition, conditionOf, countItems, earlier, equalTo, within } from "../condition.ts";
import { parseKey } from "../define/key.ts";
import { CHANGES } from "../define/topology.ts";
import type { Documents, Ports } from "../ports.ts";
import type { Working } from "../runs/work.ts";
import { announcementFor } from "../sync/announce.ts";
import type { DeliveryRecord, DeliveryStatus } from "./records.ts";

/** Which deliveries; all of them where nothing is said. */
export interface DeliveryFilter {
  readonly integration?: string | undefined;
  readonly status?: DeliveryStatus | undefined;
  readonly key?: string | undefined;
  readonly eventId?: string | undefined;
  /** `at` from then on, and before then: ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Where a replay stands. */
export interface ReplayedDeliveries {
  readonly cursor: string | null;
  readonly records: number;
  readonly announced: number;
}

const PAGE = 200;

/** The condition of a query for delivery records. */
export function deliveriesWhere({ since, until, ...same }: DeliveryFilter): Condition {
  return conditionOf(["c.kind = 'delivery'"], ...equalTo(same), ...within("c.at", { since, until }));
}

/** How many delivery records there are. */
export function countDeliveries(documents: Documents, filter: DeliveryFilter): Promise<number> {
  return countItems(documents, "deliveries", deliveriesWhere(filter), filter.key);
}

/**
 * Delivers again what delivery records tell of: the entities that they name, to their integrations, each once and in
 * its present state, even if the destination has that version; in the entity's session, as a resync does.
 */
export async function replayDeliveries(
  { documents, topic }: Ports,
  run: Working<ReplayedDeliveries>,
): Promise<Record<string, unknown> | "again"> {
  const filter = run.request as DeliveryFilter;
  // Its own deliveries are not among them.
  const { text, parameters } = deliveriesWhere({ ...filter, until: earlier(filter.until, run.startedAt) });
  let state = run.state ?? { cursor: null, records: 0, announced: 0 };
  let more = run.state === undefined || run.state.cursor !== null;
  while (more) {
    if (run.spent()) return "again";
    const page = await documents.query<DeliveryRecord>("deliveries", {
      text: `SELECT c.key, c.integration, c.version FROM c WHERE ${text} ORDER BY c.at`,
      parameters,
      limit: PAGE,
      ...(filter.key === undefined ? {} : { partition: filter.key }),
      ...(state.cursor === null ? {} : { cursor: state.cursor }),
    });
    const once = new Map(page.items.map((record) => [`${record.integration}\n${record.key}`, record]));
    await topic(CHANGES).publish(
      [...once.values()].map(({ integration, key, version }) => {
        const { entity, id } = parseKey(key);
        const what = { key, entity, id, version, eventId: `replay:${run.id}` };
        return announcementFor(integration, what, { run: run.id, since: run.startedAt });
      }),
    );
    state = {
      cursor: page.next,
      records: state.records + page.items.length,
      announced: state.announced + once.size,
    };
    more = page.next !== null;
    await run.save({ done: state.records, state });
  }
  return { records: state.records, announced: state.announced };
}

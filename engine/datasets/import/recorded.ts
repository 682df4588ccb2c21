import type { CloudEvent } from "../../define/event.ts";
import type { DocumentQuery, Documents } from "../../ports.ts";
import { readAll } from "../../read-pages.ts";

/** Most events that one query asks for: far below the 6,000 that Cosmos DB takes in an IN. */
const AT_ONCE = 250;

/**
 * The events of which no audit record tells yet. A file that comes again, or a row that did not change, is known by
 * them without going through the queue; an event that is still on its way there is sent again, and does no harm.
 */
export async function unrecorded(
  events: readonly CloudEvent[],
  documents: Pick<Documents, "query">,
): Promise<readonly CloudEvent[]> {
  const recorded = new Set<string>();
  for (let from = 0; from < events.length; from += AT_ONCE) {
    const query = recordsOf(events.slice(from, from + AT_ONCE));
    for await (const id of readAll<string>(documents, "unified", query)) recorded.add(id);
  }
  return events.filter(({ id }) => !recorded.has(`audit|${id}`));
}

/** Names partitions and ids, one parameter each, so that the store looks nowhere else: ARRAY_CONTAINS may scan. */
function recordsOf(events: readonly CloudEvent[]): DocumentQuery {
  const listed = (name: string, values: readonly string[]): readonly [string, string][] =>
    values.map((value, index) => [`${name}${index}`, value]);
  const keys = listed("key", [...new Set(events.map(({ subject }) => subject))]);
  const ids = listed(
    "id",
    events.map(({ id }) => `audit|${id}`),
  );
  const names = (of: readonly (readonly [string, string])[]): string =>
    of.map(([name]) => `@${name}`).join(", ");
  return {
    text: `SELECT VALUE c.id FROM c WHERE c.key IN (${names(keys)}) AND c.id IN (${names(ids)})`,
    parameters: Object.fromEntries([...keys, ...ids]),
    limit: AT_ONCE,
  };
}

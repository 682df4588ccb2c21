import { type Condition, conditionOf, countItems, equalTo, within } from "../condition.ts";
import type { Documents, DocumentQuery, Page } from "../ports.ts";
import type { DocumentItem, Parked } from "./entity.ts";

/** Which parked entities; all of them where nothing is said. */
export interface ParkedFilter {
  readonly entity?: string | undefined;
  /** `parked.at` from then on, and before then: ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A parked entity, without its document. */
export interface ParkedEntity extends Pick<DocumentItem, "key" | "entity" | "entityId"> {
  readonly parked: Parked;
}

/** Lists parked entities: `DESC`, those that were parked or failed again last come first. */
export function listParked(
  documents: Documents,
  filter: ParkedFilter,
  order: "ASC" | "DESC",
  page: Pick<DocumentQuery, "limit" | "cursor">,
): Promise<Page<ParkedEntity>> {
  const { text, parameters } = wanted(filter);
  return documents.query<ParkedEntity>("unified", {
    text: `SELECT c.key, c.entity, c.entityId, c.parked FROM c WHERE ${text} ORDER BY c.parked.at ${order}`,
    parameters,
    ...page,
  });
}

/** How many entities are parked. */
export function countParked(documents: Documents, filter: ParkedFilter): Promise<number> {
  return countItems(documents, "unified", wanted(filter));
}

function wanted({ entity, since, until }: ParkedFilter): Condition {
  return conditionOf(
    ["c.kind = 'document'", "IS_DEFINED(c.parked)"],
    ...equalTo({ entity }),
    ...within("c.parked.at", { since, until }),
  );
}

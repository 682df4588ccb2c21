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
  const { text, parameters } = conditionOf(filter);
  return documents.query<ParkedEntity>("unified", {
    text: `SELECT c.key, c.entity, c.entityId, c.parked FROM c WHERE ${text} ORDER BY c.parked.at ${order}`,
    parameters,
    ...page,
  });
}

/** How many entities are parked. */
export async function countParked(documents: Documents, filter: ParkedFilter): Promise<number> {
  const { text, parameters } = conditionOf(filter);
  const asked = { text: `SELECT VALUE COUNT(1) FROM c WHERE ${text}`, parameters };
  return (await documents.query<number>("unified", asked)).items[0] ?? 0;
}

function conditionOf({ entity, since, until }: ParkedFilter): {
  text: string;
  parameters: Record<string, string>;
} {
  const conditions = ["c.kind = 'document'", "IS_DEFINED(c.parked)"];
  const parameters: Record<string, string> = {};
  const add = (condition: string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    parameters[name] = value;
  };
  add("c.entity = @entity", "entity", entity);
  add("c.parked.at >= @since", "since", since);
  add("c.parked.at < @until", "until", until);
  return { text: conditions.join(" AND "), parameters };
}

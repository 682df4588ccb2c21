import { type Condition, conditionOf, countItems, equalTo, within } from "../condition.ts";
import type { Documents, DocumentQuery, Page, Ports, Stored } from "../ports.ts";
import { PREFIX, type QuarantineItem } from "./quarantine.ts";

/** Which inputs in quarantine; all of them where nothing is said. */
export interface QuarantineFilter {
  /** With or without their prefix `quarantine|`. */
  readonly ids?: readonly string[] | undefined;
  readonly via?: QuarantineItem["via"] | undefined;
  readonly name?: string | undefined;
  /** `at` from then on, and before then: ISO 8601. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** An input in quarantine without its payload, which may have 1 MiB. */
export type QuarantineSummary = Omit<QuarantineItem, "kind" | "payload"> & { readonly truncated?: true };

/** An id as it is shown, or with its prefix. */
export const QUARANTINE_ID = /^(quarantine\|)?[0-9a-f]{64}$/;

/** The id under which an input is shown: the SHA-256 in that of its item. */
export function shownId({ id }: Pick<QuarantineItem, "id">): string {
  return id.slice(PREFIX.length);
}

/** Reads an input by its id, shown or stored. */
export async function readQuarantined(
  documents: Documents,
  id: string,
): Promise<Stored<QuarantineItem> | undefined> {
  // No other text is an id, and some are none of the store's.
  if (!QUARANTINE_ID.test(id)) return undefined;
  const stored = storedId(id);
  return documents.read<QuarantineItem>("control", stored, stored);
}

/** Lists inputs in quarantine: `DESC`, those that came in last come first. */
export function listQuarantine(
  documents: Documents,
  filter: QuarantineFilter,
  order: "ASC" | "DESC",
  page: Pick<DocumentQuery, "limit" | "cursor">,
): Promise<Page<QuarantineSummary>> {
  const { text, parameters } = wanted(filter);
  const fields = ["id", "via", "name", "deliveryId", "at", "row", "issues", "attempts", "triedAt"];
  const selected = [...fields.map((name) => `c.${name}`), "c.payload.truncated"].join(", ");
  return documents.query<QuarantineSummary>("control", {
    text: `SELECT ${selected} FROM c WHERE ${text} ORDER BY c.at ${order}`,
    parameters,
    ...page,
  });
}

/** How many inputs are in quarantine. */
export function countQuarantine(documents: Documents, filter: QuarantineFilter): Promise<number> {
  return countItems(documents, "control", wanted(filter));
}

/** Deletes inputs from quarantine. Returns how many went. */
export async function discardQuarantined(
  { documents }: Pick<Ports, "documents">,
  filter: QuarantineFilter,
): Promise<number> {
  let discarded = 0;
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const more = cursor === undefined ? {} : { cursor };
    const page: Page<QuarantineSummary> = await listQuarantine(documents, filter, "ASC", {
      limit: 100,
      ...more,
    });
    for (const { id } of page.items) {
      if ((await documents.write("control", id, [{ op: "delete", id }])).written) discarded += 1;
    }
    cursor = page.next;
  }
  return discarded;
}

function storedId(id: string): string {
  return id.startsWith(PREFIX) ? id : `${PREFIX}${id}`;
}

function wanted({ ids, since, until, ...same }: QuarantineFilter): Condition {
  return conditionOf(["c.kind = 'quarantine'"], ...equalTo(same), ...within("c.at", { since, until }), [
    "ARRAY_CONTAINS(@ids, c.id)",
    ids?.map(storedId),
  ]);
}

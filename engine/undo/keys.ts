import type { Documents } from "../ports.ts";
import { doingsOf } from "./culprit.ts";
import type { UndoRequest } from "./undo-state.ts";

/** The entities to which a culprit did something, in the order of their keys: the next ones behind `after`, if any. */
export async function keysAfter(
  documents: Documents,
  { culprit, keys }: Pick<UndoRequest, "culprit" | "keys">,
  after: string,
  limit: number,
): Promise<readonly string[]> {
  const { text, parameters } = doingsOf(culprit, keys);
  const page = await documents.query<string>("unified", {
    text: `SELECT DISTINCT VALUE c.key FROM c WHERE ${text} AND c.key > @after ORDER BY c.key`,
    parameters: { ...parameters, after },
    limit,
  });
  return page.items;
}

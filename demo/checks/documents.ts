import type { DocumentItem } from "../../engine/sync/entity.ts";
import type { Books } from "../books.ts";
import { counted } from "../table.ts";
import { type CheckResult, compare, type Difference } from "./difference.ts";

/** Every document is what the shop's own books say, and there is none that they do not know. */
export function checkDocuments(books: Books, documents: readonly DocumentItem[]): CheckResult {
  const byId = new Map(documents.map((document) => [document.entityId, document]));
  const differences: Difference[] = [];
  for (const id of books.ids()) {
    const document = byId.get(id);
    byId.delete(id);
    if (!document) {
      differences.push({ where: id, what: "no event of it was recorded" });
      continue;
    }
    const sides = {
      expected: ["the books", books.document(id)],
      found: ["the documents", document.data],
    } as const;
    differences.push(...compare(id, sides));
    if (document.parked) differences.push({ where: id, what: `is parked: ${document.parked.reason}` });
  }
  for (const id of byId.keys()) differences.push({ where: id, what: "is unknown to the books" });
  return {
    claim: `${counted(books.ids().length, "customer")}, present or gone, equal the shop's own books, field by field`,
    differences,
  };
}

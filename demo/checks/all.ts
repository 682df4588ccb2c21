import type { IntegrationDefinition } from "../../engine/define/index.ts";
import type { Books } from "../books.ts";
import type { Evidence } from "../evidence.ts";
import type { Marketing } from "../systems/marketing.ts";
import type { Operator } from "../operator.ts";
import type { Played } from "../play.ts";
import { counted } from "../table.ts";
import { checkApi } from "./api.ts";
import { checkAudit } from "./audit.ts";
import { checkContacts } from "./contacts.ts";
import { checkDeliveries } from "./deliveries.ts";
import type { CheckResult } from "./difference.ts";
import { checkDocuments } from "./documents.ts";
import { checkRows } from "./rows.ts";

/** All checks of the demo, of those destinations that run. `missing` is what waiting did not bring. */
export async function checkAll(
  { documents, records, deliveries, rows }: Evidence,
  others: {
    books: Books;
    marketing: Marketing;
    operator: Operator;
    integrations: readonly IntegrationDefinition[];
    played: Played;
    missing: readonly string[];
  },
): Promise<CheckResult[]> {
  const { books, marketing, operator, integrations, played, missing } = others;
  const runs = (integration: string): boolean => integrations.some(({ name }) => name === integration);
  return [
    {
      claim: `${counted(played.sent.length, "webhook")} and ${counted(played.pulls.length, "pull")} were answered as they should be`,
      differences: played.surprises.map((what) => ({ where: "answer", what })),
    },
    {
      claim: `${counted(played.eventIds.size, "event")} arrived everywhere, once`,
      differences: [
        ...missing.map((what) => ({ where: "waiting", what })),
        ...records
          .filter(({ event }) => !played.eventIds.has(event.id))
          .map(({ event }) => ({ where: event.id, what: "was recorded, but nobody sent it" })),
      ],
    },
    checkDocuments(books, documents),
    checkAudit(documents, records),
    ...(runs("marketing") ? [checkContacts(documents, marketing)] : []),
    ...(runs("customer-360") ? [checkRows(documents, rows)] : []),
    checkDeliveries(deliveries, marketing),
    await checkApi(operator, documents, records),
  ];
}

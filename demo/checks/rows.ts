import type { DocumentItem } from "../../engine/sync/entity.ts";
import type { ModelRow } from "../model.ts";
import { counted } from "../table.ts";
import { type CheckResult, compare, type Difference } from "./difference.ts";

/** Which column shows which field, and how the database shows it. */
const COLUMNS: Readonly<Record<string, readonly [path: string, shown?: (value: unknown) => unknown]>> = {
  document_type: ["identity.documentType"],
  document_number: ["identity.documentNumber"],
  given_name: ["identity.givenName"],
  family_name: ["identity.familyName"],
  email: ["contact.email"],
  phone: ["contact.phone"],
  address_line1: ["address.line1"],
  address_line2: ["address.line2"],
  city: ["address.city"],
  region: ["address.region"],
  postal_code: ["address.postalCode"],
  country: ["address.country"],
  marketing_consent: ["consent.marketing", (value) => Number(value)],
  consent_since: ["consent.since", datetime],
  orders: ["commerce.orders"],
  total_spent: ["commerce.totalSpent", (value) => Number(value).toFixed(4)],
  currency: ["commerce.currency"],
  last_order_at: ["commerce.lastOrderAt", datetime],
};

/** The business model in MySQL has one row for each document, with the same values and the same version. */
export function checkRows(documents: readonly DocumentItem[], rows: readonly ModelRow[]): CheckResult {
  const unseen = new Map(rows.map((row) => [row.id, row]));
  const differences: Difference[] = [];
  for (const { entityId: id, data, version } of documents) {
    const { updated_at: _when, ...row } = unseen.get(id) ?? { id: "" };
    const sides = {
      expected: ["the documents", data === undefined ? undefined : rowOf(id, version, data)],
      found: ["the rows", row.id === "" ? undefined : row],
    } as const;
    differences.push(...compare(id, sides));
    unseen.delete(id);
  }
  for (const id of unseen.keys()) differences.push({ where: id, what: "has a row in MySQL but no document" });
  return {
    claim: `${counted(rows.length, "row")} in MySQL equal the documents, column by column`,
    differences,
  };
}

function rowOf(id: string, version: number, data: unknown): Record<string, unknown> {
  const row: Record<string, unknown> = { id, version };
  for (const [column, [path, shown]] of Object.entries(COLUMNS)) {
    const [subSchema = "", name = ""] = path.split(".");
    const value = (data as Record<string, Record<string, unknown> | undefined>)[subSchema]?.[name] ?? null;
    row[column] = shown && value !== null ? shown(value) : value;
  }
  return row;
}

/** `2026-07-14T13:02:00.000Z` as a DATETIME(3) in UTC. */
function datetime(value: unknown): string {
  return String(value).replace("T", " ").replace("Z", "");
}

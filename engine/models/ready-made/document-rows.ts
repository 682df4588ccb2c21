import { createHash } from "node:crypto";
import type { PersonalPaths } from "../../define/personal.ts";
import { maskValue } from "../../privacy/mask.ts";
import type { DocumentItem } from "../../sync/entity.ts";
import type { TableRow } from "./record-tables.ts";
import { sqlId, sqlJson, sqlTime } from "./sql-values.ts";
import { valueRows } from "./value-rows.ts";

/** What is read of a document's item. */
export type DocumentFacts = Pick<
  DocumentItem,
  "entity" | "entityId" | "version" | "sequence" | "data" | "deleted" | "parked" | "at"
>;

/** The members of {@link DocumentFacts} in a query. */
export const DOCUMENT_FACTS =
  "c.entity, c.entityId, c.version, c.sequence, c.data, c.deleted, c.parked, c.at, c._ts";

/** A hash that tells which members of a document are personal: where it differs, the rows were masked otherwise. */
export function marksOf(personal: PersonalPaths): string {
  return createHash("sha256").update(JSON.stringify(personal)).digest("hex").slice(0, 16);
}

/** The rows of a document, personal values masked: one of `documents`, and those of `document_values`. */
export function documentRow(item: DocumentFacts, personal: PersonalPaths): TableRow {
  const { entity, entityId, version, sequence, deleted = false, parked, at } = item;
  const data = maskValue(item.data, personal);
  return {
    row: [
      sqlId(entity, 64),
      sqlId(entityId),
      sqlJson(data),
      deleted ? 1 : 0,
      sqlTime(parked?.at),
      marksOf(personal),
      version,
      sqlTime(at),
      sequence,
    ],
    parts: valueRows(data),
  };
}

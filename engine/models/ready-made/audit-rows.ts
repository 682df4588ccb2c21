import type { StoredRecord } from "../../audit/record.ts";
import { maskRecord } from "../../privacy/mask.ts";
import type { Change, Refusal } from "../../sync/resolve.ts";
import type { TableRow } from "./record-tables.ts";
import { sqlId, sqlJson, type SqlRow, sqlText, sqlTime } from "./sql-values.ts";
import { MAX_PATH } from "./value-rows.ts";

const SHORT = 200;

/**
 * The rows of an audit record, masked as an auditor gets it: one of `audit`, and those of `audit_changes`. Of a large one
 * whose blob is lost the stub is all that there is, without values.
 */
export function auditRow(record: StoredRecord): TableRow {
  const shown = "blob" in record ? record : maskRecord(record);
  const { entity, entityId, sequence, version, outcome, reason, rule, event, at, hash } = shown;
  const isErased = "personal" in record && record.personal.salt === undefined;
  const changes: readonly Partial<Change & Refusal>[] = [...shown.changes, ...(shown.refused ?? [])];
  return {
    row: [
      sqlId(entity, 64),
      sqlId(entityId),
      sequence,
      sqlText(event.id, 128),
      version,
      sqlId(outcome, 16),
      reason === undefined ? null : sqlText(reason),
      sqlText(rule.name, SHORT),
      sqlText(event.source, SHORT),
      sqlText(event.type, SHORT),
      sqlTime(event.time),
      sqlTime(at),
      sqlId(hash, 64),
      isErased ? 1 : 0,
    ],
    parts: changes.map(changeRow),
  };
}

/** Place, path, sub_schema, old, new, refused. */
function changeRow(change: Partial<Change & Refusal>, place: number): SqlRow {
  const { path = "", subSchema = "", reason } = change;
  return [
    place,
    sqlText(path, MAX_PATH),
    sqlText(subSchema, SHORT),
    sqlJson(change.old),
    sqlJson(change.new),
    reason ?? null,
  ];
}

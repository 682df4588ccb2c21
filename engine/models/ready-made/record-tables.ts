import type { SqlRow } from "./sql-values.ts";

/** A row of a table, and what belongs to it in the table of its parts. */
export interface TableRow {
  /** In the order of the table's columns; the key comes first. */
  readonly row: SqlRow;
  /** Each without the key of the row that it belongs to. */
  readonly parts: readonly SqlRow[];
}

/** A table that rows are written to, older ones never over newer ones. */
export interface RecordTable {
  readonly name: string;
  /** The primary key, with which each row begins. */
  readonly key: readonly string[];
  /** The others, in the order of a row; those that {@link newer} reads come last. */
  readonly columns: readonly string[];
  /** SQL that says whether a row's VALUES may take the place of what is there. It has to hold for the row itself. */
  readonly newer: string;
  /** The columns by which a row tells that it is the one that stands: the last ones of `columns`. */
  readonly stamp: readonly string[];
  /** Where parts of its rows stand, one behind the other under the row's key. */
  readonly parts?: { readonly name: string; readonly columns: readonly string[] };
}

const KEY = ["entity", "entity_id"];

/** Documents: `sequence` grows with each event; what alters without one (parking) is told by the time. */
export const DOCUMENTS: RecordTable = {
  name: "documents",
  key: KEY,
  columns: ["data", "removed", "parked", "marks", "version", "updated_at", "sequence"],
  newer: "VALUES(sequence) > sequence OR (VALUES(sequence) = sequence AND VALUES(updated_at) >= updated_at)",
  stamp: ["updated_at", "sequence"],
  parts: {
    name: "document_values",
    columns: ["place", "path", "kind", "value_text", "value_number", "value_time"],
  },
};

/** Audit records, which nothing alters but an erasure. */
export const AUDIT: RecordTable = {
  name: "audit",
  key: [...KEY, "sequence"],
  columns: [
    "event_id",
    "version",
    "outcome",
    "reason",
    "rule",
    "source",
    "event_type",
    "observed_at",
    "recorded_at",
    "hash",
    "erased",
  ],
  newer: "VALUES(erased) >= erased",
  stamp: ["erased"],
  parts: { name: "audit_changes", columns: ["place", "path", "sub_schema", "old", "new", "refused"] },
};

/** Attempts to deliver, which nothing alters but an erasure. */
export const DELIVERIES: RecordTable = {
  name: "deliveries",
  key: ["id"],
  columns: [
    "integration",
    "entity",
    "entity_id",
    "event_id",
    "attempt",
    "version",
    "status",
    "error",
    "duration_ms",
    "at",
    "erased",
  ],
  newer: "VALUES(erased) >= erased",
  stamp: ["erased"],
};

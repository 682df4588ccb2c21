import { sqlitePath } from "../store/sqlite-path.ts";
import type { DocumentPath } from "./document-path.ts";

/**
 * How SQLite sees the value at a path: its type's rank (see `typeRank`) and, for booleans, numbers and
 * strings, the value itself. Together they order items as the service does, and tell `5` from `"5"`.
 */
export interface PathColumns {
  readonly rank: string;
  readonly value: string;
}

const ranks =
  "WHEN 'null' THEN 1 WHEN 'true' THEN 2 WHEN 'false' THEN 2 WHEN 'integer' THEN 3 WHEN 'real' THEN 3 " +
  "WHEN 'text' THEN 4 WHEN 'array' THEN 5 WHEN 'object' THEN 6 ELSE 0";

/** The SQL of a path's rank and value; undefined for a path SQLite cannot write. */
export function pathColumns(path: DocumentPath): PathColumns | undefined {
  if (path.length === 0) return undefined;
  const literal = sqlitePath(path);
  if (literal === undefined) return undefined;
  const type = `json_type(body, ${literal})`;
  return {
    rank: `(CASE ${type} ${ranks} END)`,
    value: `(CASE WHEN ${type} IN ('array', 'object') THEN NULL ELSE json_extract(body, ${literal}) END)`,
  };
}

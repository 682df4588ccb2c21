import type { Row } from "./rows.ts";
import type { Tables } from "./versions.ts";
import type { Change } from "./write.ts";

/** Rows of a table that a delivery record shows; a document may have a thousand. */
const SHOWN = 10;

/**
 * What a delivery record shows of a change: the one row of an integration with one such table, else how many rows each
 * table gets, and the first ten.
 */
export function requestOf({ database, tables }: Tables, { id, version, removed, rows }: Change): object {
  const [first, ...others] = tables;
  if (others.length === 0 && first.key.length === 0) {
    const row = rows[0]?.[0] ?? null;
    return { table: `${database}.${first.name}`, id, version, ...(removed ? { removed } : { row }) };
  }
  const shown = tables.map(
    ({ name }, index) => [`${database}.${name}`, rowsShown(rows[index] ?? [])] as const,
  );
  return { id, version, ...(removed ? { removed } : {}), tables: Object.fromEntries(shown) };
}

function rowsShown(rows: readonly Row[]): object {
  return { count: rows.length, rows: rows.slice(0, SHOWN) };
}

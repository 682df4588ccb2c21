import type { ConnectionPool } from "../../mysql/pool.ts";
import type { Dataset } from "../dataset.ts";
import { noteAsked, noteUsed } from "../keys/note-asked.ts";
import type { Asked } from "./asked.ts";
import type { KnownTables } from "./known-tables.ts";
import { SCANNED } from "./plan.ts";
import { askedShape } from "./question.ts";
import { type DatasetPage, STATEMENT_MS } from "./read-page.ts";

/** A page that took longer than this, in milliseconds, is worth an index. */
const SLOW_MS = 20;

/**
 * Remembers a page that was asked for: the index that served it, or that none did and it took long. `page`: undefined
 * where its time ran out. Resolves to whether an index should be made for it now.
 */
export async function noteQuery(
  pool: ConnectionPool,
  { asked, dataset, page }: { asked: Asked; dataset: Dataset; page: DatasetPage | undefined },
  known: KnownTables,
): Promise<boolean> {
  const { index, fits } = page?.plan ?? { index: undefined, fits: false };
  if (fits) {
    if (index === undefined || index === SCANNED || !known.isUseNew(dataset.table, index)) return false;
    await pool.use((connection) => noteUsed(connection, dataset, index));
    return false;
  }
  const ms = page?.ms ?? STATEMENT_MS;
  if (ms <= SLOW_MS) return false;
  const slow = { ms, matches: page?.total.count };
  return pool.use((connection) => noteAsked(connection, dataset, askedShape(asked, dataset), slow));
}

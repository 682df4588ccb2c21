import { readCsv } from "../tables/read-table.ts";
import { rowOf } from "../tables/row-of.ts";
import type { Delimiter } from "../../engine/datasets/csv/part.ts";
import { chained } from "./chain.ts";
import type { Entry } from "./history.ts";

/** A file, and how it is read. */
export interface Source {
  readonly input: string;
  readonly delimiter: Delimiter | undefined;
  readonly signal: AbortSignal;
}

/**
 * Into how many parts cells are split at most, by the place of the operation that splits them: that decides what columns there are. The
 * file is read once for each of these, up to it.
 */
export async function mostParts(
  source: Source,
  entries: readonly Entry[],
): Promise<ReadonlyMap<number, number>> {
  const parts = new Map<number, number>();
  for (const [place, { operation }] of entries.entries()) {
    const { partsOf } = operation;
    if (!partsOf) continue;
    let most = 0;
    await using table = await readCsv(source.input, source.delimiter, source.signal);
    const chain = chained(table.columns, entries.slice(0, place), parts, (row) => {
      most = Math.max(most, partsOf(row));
    });
    for await (const rows of table.parts) for (const row of rows) chain.take(rowOf(row).cells);
    chain.end();
    parts.set(place, most);
  }
  return parts;
}

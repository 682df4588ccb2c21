import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { noSuchColumn } from "../tables/no-such-column.ts";
import type { Entry } from "./history.ts";
import type { Give, Row } from "./operation.ts";

/** Operations at work on a file, one behind the other. */
export interface Chain {
  /** The columns behind the last of them. */
  readonly columns: readonly string[];
  take(row: Row): void;
  /** After the last row. */
  end(): void;
}

/**
 * Begins operations on a file of these columns. `parts`: how many parts cells have at most, by the place of the operation that splits
 * them. Throws a PermanentError that names the operation which cannot be done on them.
 */
export function chained(
  header: readonly string[],
  entries: readonly Entry[],
  parts: ReadonlyMap<number, number>,
  give: Give,
): Chain {
  let columns = header;
  const stages = entries.map(({ title, operation }, place) => {
    const missing = operation.asks.find((column) => !columns.includes(column));
    if (missing !== undefined) throw new PermanentError(`${title}: ${noSuchColumn(missing, columns)}`);
    const most = parts.get(place) ?? 0;
    const stage = operation.begin?.(columns, most);
    columns = blaming(title, () => operation.after?.(columns, most) ?? columns);
    return stage ?? { take: (row: Row, next: Give) => next(row) };
  });
  const takes = stages.reduceRight<Give[]>(
    ([next = give, ...more], stage) => [(row) => stage.take(row, next), next, ...more],
    [give],
  );
  return {
    columns,
    take: takes[0] ?? give,
    end() {
      for (const [place, stage] of stages.entries()) stage.end?.(takes[place + 1] ?? give);
    },
  };
}

/** Does something; of a PermanentError it also says which operation it was. */
function blaming<T>(title: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof PermanentError
      ? new PermanentError(`${title}: ${error.message}`, { cause: error })
      : error;
  }
}

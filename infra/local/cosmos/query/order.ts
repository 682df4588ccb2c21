import { badRequest } from "../failure.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import { pathColumns } from "./column.ts";
import { documentPath, itemAlias } from "./document-path.ts";
import type { DocumentPath } from "./document-path.ts";
import { hasCompositeIndex, isIndexed } from "./indexing-policy.ts";
import type { QueryText } from "./scope.ts";
import type { Select } from "./syntax.ts";

/** One column the items are sorted by, in SQL. */
export interface SortColumn {
  readonly sql: string;
  readonly descending: boolean;
}

/** The paths an ORDER BY names and the columns they become: rank and value of each. */
export interface Order {
  readonly paths: readonly DocumentPath[];
  readonly columns: readonly SortColumn[];
}

/**
 * Translates ORDER BY. As at the service, its keys are paths of the item, the path must be indexed, and
 * several keys need a composite index; anything else is a 400.
 * https://learn.microsoft.com/azure/cosmos-db/nosql/query/order-by
 */
export function order(select: Select, text: QueryText, container: ContainerEntry): Order {
  const alias = itemAlias(select);
  const keys = select.orderBy.map(({ value, descending }) => {
    const path = alias === undefined ? undefined : documentPath(value, alias);
    const columns = path && pathColumns(path);
    if (path === undefined || columns === undefined) {
      throw text.failure(
        value.at,
        "Unsupported ORDER BY clause: its expression could not be mapped to a document path.",
      );
    }
    return { path, columns, descending };
  });
  const { indexingPolicy } = container.definition;
  const [only, second] = keys;
  if (second !== undefined && !hasCompositeIndex(indexingPolicy, keys)) {
    throw badRequest(
      "The order by query does not have a corresponding composite index that it can be served from.",
    );
  }
  if (only !== undefined && second === undefined && !isIndexed(indexingPolicy, only.path)) {
    throw badRequest(
      `The index path corresponding to the order-by item "${only.path.join(".")}" is excluded.`,
    );
  }
  return {
    paths: keys.map(({ path }) => path),
    columns: keys.flatMap(({ columns: { rank, value }, descending }) => [
      { sql: rank, descending },
      { sql: value, descending },
    ]),
  };
}

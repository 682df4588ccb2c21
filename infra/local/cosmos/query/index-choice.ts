import type { IndexingPolicy } from "../resources/container-definition.ts";
import { pathColumns } from "./column.ts";
import type { DocumentPath } from "./document-path.ts";
import { isIndexed } from "./indexing-policy.ts";
import type { Order, SortColumn } from "./order.ts";
import type { Condition } from "./push-down.ts";

/** The index that would serve a scan best, and the order in which it would give the items. */
export interface IndexChoice {
  /** Its columns in SQL, `DESC` included; empty when none would help. */
  readonly columns: readonly string[];
  /** The rank and value of the path compared by `<`, `>` or BETWEEN, when nothing else asks for an order. */
  readonly ranged: readonly SortColumn[];
}

/**
 * Chooses an index: up to two paths compared for equality, then what the items are sorted by or, unsorted,
 * one path compared otherwise. Paths that the container's policy leaves out get none.
 */
export function chooseIndex(policy: IndexingPolicy, where: Condition | undefined, order: Order): IndexChoice {
  const indexed = (paths: readonly DocumentPath[] = []): DocumentPath[] =>
    paths.filter((path) => isIndexed(policy, path));
  const equal = indexed(where?.equal);
  const byId = equal.find((path) => path.length === 1 && path[0] === "id");
  const columns = (byId ? [byId] : equal.slice(0, 2)).flatMap(columnsOf);
  const last = order.columns.at(-1);
  if (last !== undefined) {
    // Relative to the last column, so that one index serves both directions, read forwards or backwards.
    const sorted = order.columns.map(({ sql, descending }) =>
      descending === last.descending ? sql : `${sql} DESC`,
    );
    return { columns: [...columns, ...sorted.filter((sql) => !columns.includes(sql))], ranged: [] };
  }
  const [path] = indexed(where?.ranged);
  const ranged = path && !byId ? columnsOf(path) : [];
  if (ranged.some((sql) => columns.includes(sql))) return { columns, ranged: [] };
  return { columns: [...columns, ...ranged], ranged: ranged.map((sql) => ({ sql, descending: false })) };
}

function columnsOf(path: DocumentPath): string[] {
  if (path.length === 1 && path[0] === "id") return ["id"];
  const { rank, value } = pathColumns(path) ?? {};
  return rank && value ? [rank, value] : [];
}

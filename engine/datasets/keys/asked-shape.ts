import { createHash } from "node:crypto";

/** What was asked of an index, in names of the dataset's columns. */
export interface AskedShape {
  /** Columns that were held to one value. */
  readonly equal: readonly string[];
  /** Columns that were held between bounds, or to some values. */
  readonly range: readonly string[];
  /** The order, the first column first. */
  readonly sort: readonly { readonly column: string; readonly descending: boolean }[];
}

/** The same shape whatever the order of its filters: nothing twice, and no order by what is one value in all rows. */
export function plainShape({ equal, range, sort }: AskedShape): AskedShape {
  const held = new Set(equal);
  const sorted = new Set<string>();
  return {
    equal: [...held].toSorted(),
    range: [...new Set(range)].filter((name) => !held.has(name)).toSorted(),
    sort: sort.filter(({ column }) => {
      const counts = !held.has(column) && !sorted.has(column);
      sorted.add(column);
      return counts;
    }),
  };
}

/** Names a plain shape: 22 characters. */
export function shapeHash({ equal, range, sort }: AskedShape): string {
  const order = sort.map(({ column, descending }) => [column, descending]);
  return createHash("sha256")
    .update(JSON.stringify([equal, range, order]))
    .digest("base64url")
    .slice(0, 22);
}

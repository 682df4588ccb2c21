/** An item without what the store adds (`_rid`, `_etag`, `_ts` …), as it may be written again. */
export function withoutSystemFields<T extends object>(item: T): T {
  return Object.fromEntries(Object.entries(item).filter(([name]) => !name.startsWith("_"))) as T;
}

import type { ItemHead } from "../store/item-table.ts";
import { etagMatches } from "../store/log-sequence.ts";

/** The etag conditions of one operation, as sent. */
export interface Conditions {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

/** True when a write may go on: the version that is there (or none) fits its conditions. */
export function mayWrite(conditions: Conditions, item: ItemHead | undefined): boolean {
  const { ifMatch, ifNoneMatch } = conditions;
  if (ifMatch !== undefined && (item === undefined || !etagMatches(ifMatch, item.lsn))) return false;
  return ifNoneMatch === undefined || item === undefined || !etagMatches(ifNoneMatch, item.lsn);
}

import type { AmqpValue } from "../wire/value-reader.ts";

/** A value inside a filter; undefined is SQL's unknown: an absent property, or a comparison that has no answer. */
export type FilterValue = string | number | bigint | boolean | Date | Buffer | undefined;

/** A message property as a filter sees it; lists and maps are unknown to filters. */
export function filterValue(value: AmqpValue | undefined): FilterValue {
  if (value === null || value === undefined || Array.isArray(value) || value instanceof Map) return undefined;
  return value;
}

/** Below 0, 0 or above 0; undefined when the two cannot be compared (unknown, or of different kinds). */
export function compare(a: FilterValue, b: FilterValue): number | undefined {
  if (a === undefined || b === undefined) return undefined;
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : a == b ? 0 : undefined; // eslint-disable-line eqeqeq
  if (typeof a === "string" && typeof b === "string") return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === "boolean" && typeof b === "boolean") return Number(a) - Number(b);
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (Buffer.isBuffer(a) && Buffer.isBuffer(b)) return Buffer.compare(a, b);
  return undefined;
}

/** Numbers and 64-bit integers. */
export function isNumber(value: FilterValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Three-valued AND. */
export function and(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === false || b === false) return false;
  return a === undefined || b === undefined ? undefined : true;
}

/** Three-valued OR. */
export function or(a: boolean | undefined, b: boolean | undefined): boolean | undefined {
  if (a === true || b === true) return true;
  return a === undefined || b === undefined ? undefined : false;
}

/** Three-valued NOT. */
export function not(a: boolean | undefined): boolean | undefined {
  return a === undefined ? undefined : !a;
}

import { isPlain } from "../../define/merge.ts";
import { MASKED } from "../../privacy/mask.ts";
import { pathText } from "../../sync/paths.ts";
import { sqlText, type SqlRow, sqlTime } from "./sql-values.ts";

/** Longest path that is written out, in characters. */
export const MAX_PATH = 500;

/** A number that has more digits before the point than the column takes. */
const TOO_LARGE = 1e28;

/** A text that reads as a number which the column takes. */
const DECIMAL = /^-?\d{1,28}(?:\.\d{1,30})?$/;

/** A date, or a time with its offset: https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
const TIME = /^(\d{4}-\d\d-\d\d)(?:T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d))?$/;

/**
 * One row for each scalar of a document, in its order, those in lists with their place in the path: place, path, kind,
 * value_text, value_number, value_time. What was masked before has the kind `masked`.
 */
export function valueRows(data: unknown): readonly SqlRow[] {
  const rows: SqlRow[] = [];
  const walk = (value: unknown, path: readonly string[]): void => {
    if (Array.isArray(value))
      for (const [index, item] of value.entries()) walk(item, [...path, String(index)]);
    else if (isPlain(value))
      for (const [name, member] of Object.entries(value)) walk(member, [...path, name]);
    else if (value !== undefined)
      rows.push([rows.length, sqlText(pathText(path), MAX_PATH), ...scalar(value)]);
  };
  walk(data, []);
  return rows;
}

/** Kind, text, number and time of a scalar. */
function scalar(value: unknown): SqlRow {
  if (typeof value === "number") return ["number", String(value), decimalOf(value), null];
  if (typeof value === "boolean") return ["boolean", String(value), value ? 1 : 0, null];
  if (typeof value !== "string") return ["null", null, null, null];
  if (value === MASKED) return ["masked", null, null, null];
  const time = timeOf(value);
  // Amounts are texts in many a schema, so that none is rounded; they are to be added up all the same.
  return [time === null ? "text" : "time", sqlText(value), DECIMAL.test(value) ? value : null, time];
}

/** A number with ten digits behind the point at most; null where it has too many before it. */
export function decimalOf(value: number): string | null {
  if (Math.abs(value) >= TOO_LARGE || !Number.isFinite(value)) return null;
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  return text.includes("e") ? value.toFixed(10) : text;
}

/** A text that is a date or a time; null for any other, and for a day that there is not. */
function timeOf(text: string): string | null {
  const day = TIME.exec(text)?.[1];
  if (day === undefined) return null;
  const midnight = Date.parse(`${day}T00:00:00.000Z`);
  const isDay = !Number.isNaN(midnight) && new Date(midnight).toISOString().startsWith(day);
  return isDay ? sqlTime(text) : null;
}

import type { Parameter } from "../../mysql/pool.ts";

/** A time as MySQL has it, UTC without its letters; null for what is none, or lies outside of the years 1000 to 9999. */
export function sqlTime(text: string | undefined): string | null {
  const time = text === undefined ? Number.NaN : Date.parse(text);
  if (Number.isNaN(time)) return null;
  const iso = new Date(time).toISOString();
  return /^[1-9]\d{3}-/.test(iso) ? iso.slice(0, -1).replace("T", " ") : null;
}

/** A text for a column of so many characters: its beginning, and nothing that UTF-8 cannot write. */
export function sqlText(text: string, most: number = Number.MAX_SAFE_INTEGER): string {
  return text.slice(0, most).toWellFormed();
}

/** A value as JSON; null where there is none. */
export function sqlJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

/**
 * A part of a key for a column of ASCII. Ids are percent-encoded when they are made; what came otherwise is so now, or it
 * would stop the whole run.
 */
export function sqlId(text: string, most = 128): string {
  const ascii = text.toWellFormed().replaceAll(/[^!-~]+/g, (other) => encodeURIComponent(other));
  return ascii.slice(0, most);
}

/** A row in the order of its table's columns. */
export type SqlRow = readonly Parameter[];

import { digitsOf } from "../records/exact-numbers.ts";
import type { TargetColumn } from "./target-table.ts";

/** A time with an offset, which a DATETIME cannot have: MySQL would refuse it. */
const WITH_OFFSET = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2}(?:\.(\d{1,6}))?)(Z|[+-]\d{2}:\d{2})$/;

/**
 * A value of a file as a column takes it: an empty cell, or nothing, as NULL where that may be; a time with an offset
 * as UTC; true and false as 1 and 0; a list or an object as JSON; a number with the digits that the file gives it.
 * All else as it is: the server refuses what does not fit. Pure.
 */
export function sqlValue(value: unknown, { type, nullable }: TargetColumn): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") return value ? "1" : "0";
  if (typeof value !== "string") return digitsOf(value) ?? JSON.stringify(value);
  if (value === "") return nullable ? null : "";
  if (/^(datetime|timestamp)/.test(type)) return inUtc(value);
  if (type.startsWith("tinyint(1)")) return BOOLEANS.get(value.toLowerCase()) ?? value;
  return value.toWellFormed();
}

const BOOLEANS: ReadonlyMap<string, string> = new Map([
  ["true", "1"],
  ["false", "0"],
]);

function inUtc(text: string): string {
  const [, day, clock = "", fraction, offset] = WITH_OFFSET.exec(text) ?? [];
  if (day === undefined) return text;
  const time = Date.parse(`${day}T${clock.slice(0, 8)}${offset}`);
  if (Number.isNaN(time)) return text;
  const utc = new Date(time).toISOString().slice(0, 19).replace("T", " ");
  return fraction === undefined ? utc : `${utc}.${fraction}`;
}

/** A date, or a date and a time (ISO 8601), with an offset or none. */
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * The time that a column says, as ISO 8601 UTC with milliseconds: UTC where it names no offset, and the beginning of
 * the day where it is a date alone. Throws a TypeError, which names the column, for what is none.
 */
export function timeOf(column: string, value: unknown): string {
  const text = typeof value === "string" ? value.trim() : "";
  const [, day, clock = "00:00", offset = "Z"] = TIME.exec(text) ?? [];
  const time = day === undefined ? Number.NaN : Date.parse(`${day}T${clock}${offset}`);
  // Of the 30th of February a Date makes the 2nd of March.
  const isDay = day !== undefined && isRealDay(day);
  if (Number.isNaN(time) || !isDay) {
    const shown = JSON.stringify(value)?.slice(0, 60) ?? "nothing";
    throw new TypeError(
      `the column "${column}" must hold a time like 2026-03-02T09:00:00Z, and has ${shown}`,
    );
  }
  return new Date(time).toISOString();
}

function isRealDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day);
}

import type { EventDefinition, Observation } from "../../define/event.ts";
import { coerced } from "./coerced.ts";
import { timeOf } from "./time.ts";

/** What a sequence makes events of, and how. */
export interface Emission {
  /** The event's type; a rule of the app takes it. */
  readonly event: string;
  readonly source: string;
  /** The column that says when the source saw the record; without one, it was when the sequence's run began. */
  readonly time?: string | undefined;
  /**
   * Members of the event's data by the columns that hold them, with `.` between the names of members in members;
   * default: all columns, by their names.
   */
  readonly columns?: Readonly<Record<string, string>> | undefined;
}

/** A record of a file, and what is known of it. */
export interface EmittedRecord {
  readonly values: Readonly<Record<string, unknown>>;
  /**
   * All values are texts, as in a CSV: those that the event wants as numbers or booleans are read as such, and empty
   * ones left out.
   */
  readonly texts: boolean;
  /** When the sequence's run began: ISO 8601 UTC with milliseconds. */
  readonly startedAt: string;
}

/**
 * What a record says. Throws a ZodError where the event's schema does not take it, a TypeError where its time is
 * none. Pure.
 */
export function observationOf(
  { time, columns }: Emission,
  definition: EventDefinition,
  { values, texts, startedAt }: EmittedRecord,
): Observation {
  const at = time === undefined ? startedAt : timeOf(time, values[time]);
  const data: Record<string, unknown> = {};
  const names = columns ?? Object.fromEntries(Object.keys(values).map((name) => [name, name]));
  for (const [column, member] of Object.entries(names)) {
    if (!Object.hasOwn(values, column)) continue;
    const path = columns ? member.split(".") : [member];
    // What only says when is no data, unless the event has a place for it.
    if (!columns && column === time && !Object.hasOwn(definition.schema.shape, member)) continue;
    const value = texts ? coerced(String(values[column]), definition.schema, path) : values[column];
    if (value !== undefined) put(data, path, value);
  }
  return definition.of(data, { time: at });
}

/** Puts a value in a member of members. */
function put(data: Record<string, unknown>, [name = "", ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) return define(data, name, value);
  const there = Object.hasOwn(data, name) ? data[name] : undefined;
  const inner = typeof there === "object" && there !== null ? { ...there } : {};
  put(inner, rest, value);
  define(data, name, inner);
}

/** Whatever the name is, `__proto__` too. */
function define(data: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(data, name, { value, enumerable: true, configurable: true, writable: true });
}

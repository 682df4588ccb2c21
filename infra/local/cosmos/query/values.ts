import type { Json, JsonObject } from "../json.ts";

/** What an expression comes to; undefined is a value of its own, and not null. */
export type Value = Json | undefined;

/** The order of types in ORDER BY: undefined, null, boolean, number, string, array, object. */
export function typeRank(value: Value): number {
  switch (typeof value) {
    case "undefined":
      return 0;
    case "boolean":
      return 2;
    case "number":
      return 3;
    case "string":
      return 4;
    default:
      if (value === null) return 1;
      return Array.isArray(value) ? 5 : 6;
  }
}

/** Deep equality of two values of the same type, whatever the order of members. */
export function same(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, at) => same(item, right[at]));
  }
  const names = Object.keys(left);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && same(left[name], right[name]));
}

/** Compares two values of one ordered type (null, boolean, number, string); undefined for anything else. */
export function compare(left: Value, right: Value): number | undefined {
  const rank = typeRank(left);
  if (rank !== typeRank(right) || rank === 0 || rank > 4) return undefined;
  if (left === right) return 0;
  return (left as number) < (right as number) ? -1 : 1;
}

/**
 * `=`: undefined only where one side is. The documentation calls it undefined across types too, but the
 * service answers false, and true for `!=`: the tests of Entity Framework's provider, which run against it,
 * count on `c.region != null`.
 */
export function equal(left: Value, right: Value): boolean | undefined {
  return left === undefined || right === undefined ? undefined : same(left, right);
}

/** A text that two values share exactly when they are the same: for DISTINCT and GROUP BY. */
export function identity(value: Value): string {
  if (value === undefined) return "";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(identity).join(",")}]`;
  const names = Object.keys(value).sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${identity(value[name])}`).join(",")}}`;
}

/** Reads a member or an array element; undefined where there is none. */
export function member(of: Value, name: Value): Value {
  if (typeof of !== "object" || of === null) return undefined;
  if (Array.isArray(of)) return typeof name === "number" ? of[name] : undefined;
  return typeof name === "string" && Object.hasOwn(of, name) ? of[name] : undefined;
}

/** Makes an object of the members that are defined. */
export function objectOf(members: Iterable<readonly [string, Value]>): JsonObject {
  const object: JsonObject = {};
  for (const [name, value] of members) {
    if (value === undefined) continue;
    if (name === "__proto__")
      Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
    else object[name] = value;
  }
  return object;
}

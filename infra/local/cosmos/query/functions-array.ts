import { isObject } from "../json.ts";
import type { Json } from "../json.ts";
import { takes } from "./query-function.ts";
import type { QueryFunction } from "./query-function.ts";
import { identity, same } from "./values.ts";
import type { Value } from "./values.ts";

/** True when an array has the value or, with `partial`, an object that has its members. */
function contains(array: Value, wanted: Value, partial: boolean): boolean | undefined {
  if (!Array.isArray(array) || wanted === undefined) return undefined;
  return array.some((item) => (partial ? matches(item, wanted) : same(item, wanted)));
}

function matches(item: Json, wanted: Json): boolean {
  if (!isObject(item) || !isObject(wanted)) return same(item, wanted);
  return Object.entries(wanted).every(
    ([name, value]) => Object.hasOwn(item, name) && same(item[name], value),
  );
}

function containsSome(every: boolean): QueryFunction {
  return takes(2, 256, ([array, ...wanted]) => {
    if (!Array.isArray(array)) return undefined;
    const has = (value: Value): boolean => contains(array, value, false) === true;
    return every ? wanted.every(has) : wanted.some(has);
  });
}

function unique(array: Json[]): Json[] {
  return [...new Map(array.map((item) => [identity(item), item])).values()];
}

function ofSets(call: (left: Json[], right: Set<string>, rightItems: Json[]) => Json[]): QueryFunction {
  return takes(2, 2, ([left, right]) =>
    Array.isArray(left) && Array.isArray(right) ? call(left, new Set(right.map(identity)), right) : undefined,
  );
}

function slice(array: Value, start: Value, length: Value): Json[] | undefined {
  if (!Array.isArray(array) || typeof start !== "number") return undefined;
  const from = start < 0 ? Math.max(0, array.length + start) : start;
  if (length === undefined) return array.slice(from);
  return typeof length === "number" ? array.slice(from, from + Math.max(0, length)) : undefined;
}

/** Arrays: https://learn.microsoft.com/azure/cosmos-db/nosql/query/array-functions */
export const arrayFunctions: Readonly<Record<string, QueryFunction>> = {
  ARRAY_CONCAT: takes(2, 256, (args) =>
    args.every((array) => Array.isArray(array)) ? (args as Json[][]).flat() : undefined,
  ),
  ARRAY_CONTAINS: takes(2, 3, ([array, wanted, partial]) => contains(array, wanted, partial === true)),
  ARRAY_CONTAINS_ANY: containsSome(false),
  ARRAY_CONTAINS_ALL: containsSome(true),
  ARRAY_LENGTH: takes(1, 1, ([array]) => (Array.isArray(array) ? array.length : undefined)),
  ARRAY_SLICE: takes(2, 3, (args) =>
    args.length === 3 && args[2] === undefined ? undefined : slice(args[0], args[1], args[2]),
  ),
  CHOOSE: takes(2, 256, ([at, ...values]) => (typeof at === "number" ? values[at - 1] : undefined)),
  OBJECTTOARRAY: takes(1, 3, ([object, key = "k", value = "v"]) =>
    isObject(object) && typeof key === "string" && typeof value === "string"
      ? Object.entries(object).map(([name, item]) => ({ [key]: name, [value]: item }))
      : undefined,
  ),
  SETINTERSECT: ofSets((left, right) => unique(left.filter((item) => right.has(identity(item))))),
  SETUNION: ofSets((left, _, items) => unique([...left, ...items])),
  SETDIFFERENCE: ofSets((left, right) => unique(left.filter((item) => !right.has(identity(item))))),
};

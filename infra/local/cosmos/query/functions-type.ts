import { isObject } from "../json.ts";
import { takes } from "./query-function.ts";
import type { QueryFunction } from "./query-function.ts";
import type { Value } from "./values.ts";

function check(test: (value: Value) => boolean): QueryFunction {
  return takes(1, 1, ([value]) => test(value));
}

/** Type checking: https://learn.microsoft.com/azure/cosmos-db/nosql/query/type-checking-functions */
export const typeFunctions: Readonly<Record<string, QueryFunction>> = {
  IS_DEFINED: check((value) => value !== undefined),
  IS_NULL: check((value) => value === null),
  IS_BOOL: check((value) => typeof value === "boolean"),
  IS_NUMBER: check((value) => typeof value === "number"),
  IS_INTEGER: check((value) => Number.isSafeInteger(value)),
  IS_FINITE_NUMBER: check((value) => Number.isFinite(value)),
  IS_STRING: check((value) => typeof value === "string"),
  IS_ARRAY: check((value) => Array.isArray(value)),
  IS_OBJECT: check((value) => isObject(value)),
  IS_PRIMITIVE: check((value) => value === null || ["boolean", "number", "string"].includes(typeof value)),
  // The third argument is taken for true and false alone: for anything else the result is undefined.
  IIF: takes(3, 3, ([test, then, otherwise]) => (test === true ? then : otherwise)),
};

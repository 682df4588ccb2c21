import { arrayFunctions } from "./functions-array.ts";
import { dateFunctions } from "./functions-date.ts";
import { mathFunctions } from "./functions-math.ts";
import { stringFunctions } from "./functions-string.ts";
import { typeFunctions } from "./functions-type.ts";
import type { QueryFunction } from "./query-function.ts";

const all: Readonly<Record<string, QueryFunction>> = {
  ...typeFunctions,
  ...stringFunctions,
  ...arrayFunctions,
  ...mathFunctions,
  ...dateFunctions,
};

/** The system function of a name in capitals; undefined when there is none. */
export function queryFunction(name: string): QueryFunction | undefined {
  return Object.hasOwn(all, name) ? all[name] : undefined;
}

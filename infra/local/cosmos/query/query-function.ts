import type { Value } from "./values.ts";

/** A system function: how many arguments it takes, and what it makes of them. */
export interface QueryFunction {
  readonly least: number;
  readonly most: number;
  readonly call: (args: readonly Value[]) => Value;
}

/** Bounds the number of arguments. */
export function takes(least: number, most: number, call: QueryFunction["call"]): QueryFunction {
  return { least, most, call };
}

/** A function of one text; undefined for anything else. */
export function ofText(call: (text: string) => Value): QueryFunction {
  return takes(1, 1, ([text]) => (typeof text === "string" ? call(text) : undefined));
}

/** A function of one number; undefined for anything else and where the result is not a finite number. */
export function ofNumber(call: (number: number) => number): QueryFunction {
  return takes(1, 1, ([number]) => (typeof number === "number" ? finite(call(number)) : undefined));
}

/** Numbers in JSON are finite; what is not is undefined. */
export function finite(number: number): number | undefined {
  return Number.isFinite(number) ? number : undefined;
}

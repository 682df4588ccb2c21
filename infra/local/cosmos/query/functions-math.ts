import { finite, ofNumber, takes } from "./query-function.ts";
import type { QueryFunction } from "./query-function.ts";

function ofTwo(call: (left: number, right: number) => number): QueryFunction {
  return takes(2, 2, ([left, right]) =>
    typeof left === "number" && typeof right === "number" ? finite(call(left, right)) : undefined,
  );
}

/** An operation on 64-bit integers; undefined for anything that is not one. */
function ofIntegers(call: (left: bigint, right: bigint) => bigint): QueryFunction {
  return takes(2, 2, ([left, right]) =>
    Number.isInteger(left) && Number.isInteger(right)
      ? Number(BigInt.asIntN(64, call(BigInt(Number(left)), BigInt(Number(right)))))
      : undefined,
  );
}

/** Rounds half away from zero, as the service does. */
function round(number: number, digits: number): number {
  const scale = 10 ** digits;
  return (Math.sign(number) * Math.round(Math.abs(number) * scale)) / scale;
}

/** Mathematics: https://learn.microsoft.com/azure/cosmos-db/nosql/query/mathematical-functions */
export const mathFunctions: Readonly<Record<string, QueryFunction>> = {
  ABS: ofNumber(Math.abs),
  ACOS: ofNumber(Math.acos),
  ASIN: ofNumber(Math.asin),
  ATAN: ofNumber(Math.atan),
  ATN2: ofTwo(Math.atan2),
  CEILING: ofNumber(Math.ceil),
  COS: ofNumber(Math.cos),
  COT: ofNumber((number) => 1 / Math.tan(number)),
  DEGREES: ofNumber((number) => (number * 180) / Math.PI),
  EXP: ofNumber(Math.exp),
  FLOOR: ofNumber(Math.floor),
  LOG: takes(1, 2, ([number, base]) =>
    typeof number === "number" && (base === undefined || typeof base === "number")
      ? finite(base === undefined ? Math.log(number) : Math.log(number) / Math.log(base))
      : undefined,
  ),
  LOG10: ofNumber(Math.log10),
  NUMBERBIN: takes(1, 2, ([number, size = 1]) =>
    typeof number === "number" && typeof size === "number"
      ? finite(Math.floor(number / size) * size)
      : undefined,
  ),
  PI: takes(0, 0, () => Math.PI),
  POWER: ofTwo((base, exponent) => base ** exponent),
  RADIANS: ofNumber((number) => (number * Math.PI) / 180),
  RAND: takes(0, 0, () => Math.random()),
  ROUND: takes(1, 2, ([number, digits = 0]) =>
    typeof number === "number" && typeof digits === "number" ? finite(round(number, digits)) : undefined,
  ),
  SIGN: ofNumber(Math.sign),
  SIN: ofNumber(Math.sin),
  SQRT: ofNumber(Math.sqrt),
  SQUARE: ofNumber((number) => number * number),
  TAN: ofNumber(Math.tan),
  TRUNC: ofNumber(Math.trunc),
  INTADD: ofIntegers((left, right) => left + right),
  INTSUB: ofIntegers((left, right) => left - right),
  INTMUL: ofIntegers((left, right) => left * right),
  INTBITAND: ofIntegers((left, right) => left & right),
  INTBITOR: ofIntegers((left, right) => left | right),
  INTBITXOR: ofIntegers((left, right) => left ^ right),
};

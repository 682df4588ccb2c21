import { exactly } from "../records/exact-numbers.ts";
import type { Cell } from "./table.ts";

/** A number as JSON writes it: https://www.rfc-editor.org/rfc/rfc8259#section-6. */
const JSON_NUMBER = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Most digits that any double keeps; with more, it depends. */
const SURE_DIGITS = 15;

/** Why a text is no number that whoever reads the JSON gets as it is; undefined where it is one. */
export function numberFault(text: string): string | undefined {
  if (!JSON_NUMBER.test(text)) return `${shown(text)} is no number as JSON writes it (-12, 3.50, 1e6)`;
  if (text.length <= SURE_DIGITS)
    return isExact(text) ? undefined : `${shown(text)} is too large for a number`;
  return isExact(text) ? undefined : `${shown(text)} has more digits than a number keeps: leave it a string`;
}

/** Why a text is no integer that is kept; undefined where it is one. */
export function integerFault(text: string): string | undefined {
  if (!/^-?(?:0|[1-9]\d*)$/.test(text)) return `${shown(text)} is no integer`;
  return Number.isSafeInteger(Number(text))
    ? undefined
    : `${shown(text)} has more digits than an integer keeps: leave it a string`;
}

/** Whether the double of a number, as JSON writes one, is written with the same digits again. */
export function isExact(text: string): boolean {
  const double = Number(text);
  return Number.isFinite(double) && decimalOf(text) === decimalOf(String(double));
}

/** A number of JSON as a cell that keeps its digits. */
export function exactNumber(text: string): Cell {
  const number = exactly(text);
  return typeof number === "object" && number !== null ? number : Number(text);
}

/** A number's digits without zeros at either end, and the power of ten that they are multiplied by. */
function decimalOf(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] = JSON_NUMBER.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, "");
  const kept = digits.replace(/0+$/, "");
  if (kept === "") return "0";
  return `${sign}${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}

/** A text in a message: of a long one its beginning. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

import { z } from "zod";

/** A moment: any ISO 8601 time with an offset is taken, and kept as UTC with milliseconds. */
export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** A country: ISO 3166-1 alpha-2, capital letters. */
export const country = z.string().regex(/^[A-Z]{2}$/, "must be a country code of two capital letters");

/** A currency: ISO 4217, capital letters. */
export const currency = z.string().regex(/^[A-Z]{3}$/, "must be a currency code of three capital letters");

const DECIMAL = /^-?(?:0|[1-9]\d{0,13})(?:\.\d{1,4})?$/;

/**
 * An amount of money: a JSON number or a decimal string is taken, and kept as a decimal string in its one shortest
 * form ("10.50" and 10.5 both become "10.5"), so that no sum ever passes through a binary fraction and equal amounts
 * are equal text. At most 14 digits before the point, and 4 behind it (ISO 4217 has no finer currency).
 */
export const amount = z
  .union([z.string(), z.number()])
  .transform(String)
  .pipe(z.string().regex(DECIMAL, "must be a decimal with at most 14 digits and 4 decimals"))
  .transform(shortest);

function shortest(decimal: string): string {
  const short = decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
  return short === "-0" ? "0" : short;
}

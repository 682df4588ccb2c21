import { QUOTE } from "./bytes.ts";

/** A byte in each of the four places of a 32-bit number. */
export function fourOf(byte: number): number {
  return Math.imul(byte, 0x01010101);
}

const ONES = fourOf(0x01);
const QUOTES = fourOf(QUOTE);
const HIGH_BITS = fourOf(0x80);
/** From 8 to 15, bytes are these bits with any three behind them. */
const BREAKS = fourOf(0x08);
const ALL_BUT_THREE = fourOf(0xf8);

/**
 * Whether none of four bytes is a quote, a line break or the separator that `separators` has four times: then a scanner
 * passes all four at once. May say no of other bytes between 8 and 15, but never yes wrongly.
 *
 * A byte is zero where taking 1 from it sets its high bit, and it had none:
 * https://graphics.stanford.edu/~seander/bithacks.html#ZeroInWord
 */
export function arePlain(four: number, separators: number): boolean {
  const breaks = (four & ALL_BUT_THREE) ^ BREAKS;
  const quotes = four ^ QUOTES;
  const others = four ^ separators;
  const zeros = ((breaks - ONES) & ~breaks) | ((quotes - ONES) & ~quotes) | ((others - ONES) & ~others);
  return (zeros & HIGH_BITS) === 0;
}

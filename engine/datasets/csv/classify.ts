/** What a cell is, so that it can be counted. */
export const TEXT = 0;
export const NUMBER = 1;
export const DATE = 2;
export const CODE = 3;

/** Most digits of a number before and behind its point: what DECIMAL(65,30) holds. */
const BEFORE_POINT = 35;
const BEHIND_POINT = 30;

const [ZERO, NINE, POINT, MINUS, COLON, SPACE, T, Z] = [0x30, 0x39, 0x2e, 0x2d, 0x3a, 0x20, 0x54, 0x5a];

/**
 * What the cell of the bytes from `start` to `end` is, one at least:
 * - `NUMBER`: `-12`, `7.2500`: at most 35 digits before and 30 behind the point, no leading zero but one alone;
 * - `CODE`: the same with a leading zero too many, or with more digits before the point: `007`, a card's number;
 * - `DATE`: `2020-06-01`, also with `T12:30` or ` 12:30` behind it, `:59` behind that, `.123456` (one to six digits)
 *   behind that, and a `Z` at the end; each part within its bounds, but the day only within 1 to 31;
 * - `TEXT`: all else.
 */
export function classOf(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start]!;
  if (first > NINE || first < MINUS) return TEXT;
  const digits = first === MINUS ? start + 1 : start;
  let at = digits;
  while (at < end && bytes[at]! >= ZERO && bytes[at]! <= NINE) at++;
  const before = at - digits;
  if (before === 0) return TEXT;
  if (at < end) {
    if (bytes[at] === MINUS)
      return before === 4 && digits === start && isDate(bytes, start, end) ? DATE : TEXT;
    if (bytes[at] !== POINT) return TEXT;
    const behind = end - at - 1;
    if (behind === 0 || behind > BEHIND_POINT) return TEXT;
    for (at++; at < end; at++) if (bytes[at]! < ZERO || bytes[at]! > NINE) return TEXT;
  }
  return before > BEFORE_POINT || (before > 1 && bytes[digits] === ZERO) ? CODE : NUMBER;
}

/** Whether the cell, which begins with four digits and `-`, is a date. */
function isDate(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 10 || bytes[start + 7] !== MINUS) return false;
  if (!isWithin(bytes, start + 5, 1, 12) || !isWithin(bytes, start + 8, 1, 31)) return false;
  if (length === 10) return true;
  if (length < 16 || (bytes[start + 10] !== T && bytes[start + 10] !== SPACE)) return false;
  if (bytes[start + 13] !== COLON) return false;
  if (!isWithin(bytes, start + 11, 0, 23) || !isWithin(bytes, start + 14, 0, 59)) return false;
  const last = bytes[end - 1] === Z ? end - 1 : end;
  const time = last - start;
  if (time === 16) return true;
  if (time < 19 || bytes[start + 16] !== COLON || !isWithin(bytes, start + 17, 0, 59)) return false;
  if (time === 19) return true;
  if (time < 21 || time > 26 || bytes[start + 19] !== POINT) return false;
  for (let at = start + 20; at < last; at++) if (bytes[at]! < ZERO || bytes[at]! > NINE) return false;
  return true;
}

/** Whether two digits stand at `at`, between these bounds. */
function isWithin(bytes: Uint8Array, at: number, least: number, most: number): boolean {
  const tens = bytes[at]! - ZERO;
  const ones = bytes[at + 1]! - ZERO;
  if (ones < 0 || ones > 9) return false;
  // Where the first is no digit, this is below 0 or above 99.
  const number = tens * 10 + ones;
  return number >= least && number <= most;
}

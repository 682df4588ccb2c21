import type { StatementReader } from "./statement-reader.ts";

const PLAIN = ["MICROSECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
const JOINED = [
  "SECOND_MICROSECOND",
  "MINUTE_MICROSECOND",
  "MINUTE_SECOND",
  "HOUR_MICROSECOND",
  "HOUR_SECOND",
  "HOUR_MINUTE",
  "DAY_MICROSECOND",
  "DAY_SECOND",
  "DAY_MINUTE",
  "DAY_HOUR",
  "YEAR_MONTH",
];

/**
 * The unit of an interval.
 * https://dev.mysql.com/doc/refman/8.4/en/expressions.html#temporal-intervals
 */
export function intervalUnit(reader: StatementReader): void {
  if (!reader.takeWord(...PLAIN, ...JOINED))
    reader.unexpected(`a unit is wanted: ${PLAIN.join(", ")} and the like`);
}

import { takes } from "./query-function.ts";
import type { QueryFunction } from "./query-function.ts";
import type { Value } from "./values.ts";

const dayMs = 86_400_000;

/** The date parts with a fixed length, in milliseconds; years and months are counted on the calendar. */
const lengths: Readonly<Record<string, number>> = {
  day: dayMs,
  dd: dayMs,
  d: dayMs,
  hour: 3_600_000,
  hh: 3_600_000,
  minute: 60_000,
  mi: 60_000,
  n: 60_000,
  second: 1000,
  ss: 1000,
  s: 1000,
  millisecond: 1,
  ms: 1,
  microsecond: 0.001,
  mcs: 0.001,
  nanosecond: 0.000_001,
  ns: 0.000_001,
};
const years = new Set(["year", "yyyy", "yy"]);
const months = new Set(["month", "mm", "m"]);

/** .NET counts ticks of 100 nanoseconds from the year 1; this many lie before 1970. */
const ticksBefore1970 = 621_355_968_000_000_000n;

/** Dates are texts of the form `2020-01-05T10:00:00.1234567Z`. */
function instant(value: Value): number | undefined {
  if (typeof value !== "string" || !/^\d{4}-\d{2}-\d{2}/.test(value)) return undefined;
  const time = Date.parse(/[zZ]$|[+-]\d{2}:\d{2}$/.test(value) || !value.includes("T") ? value : `${value}Z`);
  return Number.isNaN(time) ? undefined : time;
}

/** Writes a time with the service's seven digits of a second. */
function written(time: number): string | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace("Z", "0000Z");
}

/** A function of a date part and a date. */
function ofPart(call: (part: string, time: number) => Value): QueryFunction {
  return takes(2, 2, ([part, date]) => {
    const time = instant(date);
    return typeof part === "string" && time !== undefined ? call(part.toLowerCase(), time) : undefined;
  });
}

function monthsOf(time: number): number {
  const date = new Date(time);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

function added(part: string, count: number, time: number): string | undefined {
  const step = years.has(part) ? 12 : months.has(part) ? 1 : undefined;
  const length = lengths[part];
  if (step === undefined)
    return length === undefined ? undefined : written(time + Math.trunc(count) * length);
  const date = new Date(time);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + Math.trunc(count) * step);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return written(date.getTime());
}

function difference(part: string, from: number, to: number): number | undefined {
  if (years.has(part)) return new Date(to).getUTCFullYear() - new Date(from).getUTCFullYear();
  if (months.has(part)) return monthsOf(to) - monthsOf(from);
  const length = lengths[part];
  if (length === undefined) return undefined;
  // Boundaries crossed are counted, not whole parts: 23:59 to 00:01 is one day.
  return length < 1 ? (to - from) / length : Math.floor(to / length) - Math.floor(from / length);
}

function partOf(part: string, time: number): number | undefined {
  const date = new Date(time);
  if (years.has(part)) return date.getUTCFullYear();
  if (months.has(part)) return date.getUTCMonth() + 1;
  switch (lengths[part]) {
    case dayMs:
      return date.getUTCDate();
    case 3_600_000:
      return date.getUTCHours();
    case 60_000:
      return date.getUTCMinutes();
    case 1000:
      return date.getUTCSeconds();
    case 1:
      return date.getUTCMilliseconds();
    case 0.001:
      return date.getUTCMilliseconds() * 1000;
    case 0.000_001:
      return date.getUTCMilliseconds() * 1_000_000;
    default:
      return undefined;
  }
}

function bin(args: readonly Value[]): Value {
  const time = instant(args[0]);
  const [, part, size = 1, origin = "1970-01-01T00:00:00.0000000Z"] = args;
  const start = instant(origin);
  const length = typeof part === "string" ? lengths[part.toLowerCase()] : undefined;
  if (
    time === undefined ||
    start === undefined ||
    length === undefined ||
    typeof size !== "number" ||
    size <= 0
  )
    return undefined;
  const width = length * size;
  return written(start + Math.floor((time - start) / width) * width);
}

function ticks(time: number): number {
  return Number(BigInt(Math.trunc(time)) * 10_000n + ticksBefore1970);
}

/** Dates: https://learn.microsoft.com/azure/cosmos-db/nosql/query/date-time-functions */
export const dateFunctions: Readonly<Record<string, QueryFunction>> = {
  GETCURRENTDATETIME: takes(0, 0, () => written(Date.now())),
  GETCURRENTTIMESTAMP: takes(0, 0, () => Date.now()),
  GETCURRENTTICKS: takes(0, 0, () => ticks(Date.now())),
  GETCURRENTDATETIMESTATIC: takes(0, 0, () => written(Date.now())),
  GETCURRENTTIMESTAMPSTATIC: takes(0, 0, () => Date.now()),
  GETCURRENTTICKSSTATIC: takes(0, 0, () => ticks(Date.now())),
  DATETIMEADD: takes(3, 3, ([part, count, date]) => {
    const time = instant(date);
    if (typeof part !== "string" || typeof count !== "number" || time === undefined) return undefined;
    return added(part.toLowerCase(), count, time);
  }),
  DATETIMEDIFF: takes(3, 3, ([part, from, to]) => {
    const start = instant(from);
    const end = instant(to);
    if (typeof part !== "string" || start === undefined || end === undefined) return undefined;
    return difference(part.toLowerCase(), start, end);
  }),
  DATETIMEPART: ofPart(partOf),
  DATETIMEBIN: takes(2, 4, bin),
  DATETIMEFROMPARTS: takes(3, 7, (args) => {
    if (!args.every((part) => typeof part === "number")) return undefined;
    const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0, fraction = 0] = args as number[];
    return written(Date.UTC(year, month - 1, day, hour, minute, second, Math.floor(fraction / 10_000)));
  }),
  DATETIMETOTICKS: takes(1, 1, ([date]) => {
    const time = instant(date);
    return time === undefined ? undefined : ticks(time);
  }),
  DATETIMETOTIMESTAMP: takes(1, 1, ([date]) => instant(date)),
  TICKSTODATETIME: takes(1, 1, ([count]) =>
    typeof count === "number" && Number.isInteger(count)
      ? written(Number((BigInt(count) - ticksBefore1970) / 10_000n))
      : undefined,
  ),
  TIMESTAMPTODATETIME: takes(1, 1, ([time]) => (typeof time === "number" ? written(time) : undefined)),
};

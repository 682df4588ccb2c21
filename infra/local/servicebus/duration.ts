const PATTERN = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** Azure writes "for ever" as the longest .NET TimeSpan, `P10675199DT2H48M5.4775807S`. */
const FOREVER_DAYS = 10_675_199;

/**
 * Milliseconds of an ISO 8601 duration (`PT1M`, `PT2.5S`, `P1DT12H`); Infinity for .NET's longest TimeSpan.
 * Returns undefined when the text is no duration. Years and months are not accepted: their length varies.
 */
export function parseDuration(text: string): number | undefined {
  const parts = PATTERN.exec(text);
  if (parts === null || text.endsWith("P") || text.endsWith("T")) return undefined;
  const [weeks, days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (days >= FOREVER_DAYS) return Infinity;
  return Math.round((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1000);
}

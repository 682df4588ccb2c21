/**
 * Milliseconds of a .NET TimeSpan as host.json writes it: `[d.]hh:mm[:ss[.fffffff]]`, or `-1` style infinity
 * (`-00:00:00.0010000`) as Infinity. Returns undefined for anything else.
 */
export function timeSpan(text: string): number | undefined {
  if (text === "-00:00:00.0010000" || text === "-1") return Infinity;
  const parts = /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(\.\d{1,7})?)?$/.exec(text.trim());
  if (!parts) return undefined;
  const [, days, hours, minutes, seconds, fraction] = parts.map((part) => Number(part ?? 0));
  if (hours! > 23 || minutes! > 59 || seconds! > 59) return undefined;
  return (((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000 + fraction! * 1000;
}

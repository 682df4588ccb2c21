import { Cron } from "croner";

/**
 * The newest time at which a schedule was due, after `since` and not after `now` (milliseconds since 1970); undefined
 * where there is none. `schedule`: an NCRONTAB expression of six fields, in UTC, of which both day fields must match. Throws
 * where it is none.
 */
export function newestDue(schedule: string, since: number, now: number): number | undefined {
  const cron = new Cron(schedule, {
    paused: true,
    mode: "6-part",
    domAndDow: true,
    sloppyRanges: true,
    timezone: "UTC",
  });
  // Times of a schedule are whole seconds, and what is asked for is before the reference.
  const [due] = cron.previousRuns(1, new Date(Math.floor(now / 1_000) * 1_000 + 1_000));
  const time = due?.getTime();
  return time !== undefined && time > since ? time : undefined;
}

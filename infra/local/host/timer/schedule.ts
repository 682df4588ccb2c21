import { Cron } from "croner";
import { timeSpan } from "../duration.ts";

/** When a timer runs. */
export interface Schedule {
  /** The first time after `from` that the timer is due. */
  next(from: Date): Date;
  /** False for a fixed interval: only wall-clock times shift with daylight saving. */
  adjustForDst: boolean;
  /** Milliseconds between the next two runs after `from`. */
  interval(from: Date): number;
}

/**
 * Reads a timer's schedule: NCRONTAB (`second minute hour day month weekday`; five fields leave the second
 * out) or a TimeSpan (`00:05:00`). Both day fields must match, unlike in Unix cron.
 * `timezone`: an IANA name; default UTC. Throws with the reason when the text is neither.
 * Source: https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
 */
export function parseSchedule(text: string, timezone = "UTC"): Schedule {
  const every = timeSpan(text);
  if (every !== undefined) {
    if (every < 1) throw new Error(`the interval ${text} is too short`);
    return { next: (from) => new Date(from.getTime() + every), adjustForDst: false, interval: () => every };
  }
  const cron = new Cron(ncrontab(text), {
    paused: true,
    domAndDow: true,
    sloppyRanges: true,
    timezone,
  });
  const next = (from: Date): Date => {
    const due = cron.nextRun(from);
    if (due === null) throw new Error(`the schedule "${text}" never falls due`);
    return due;
  };
  next(new Date());
  return {
    next,
    adjustForDst: true,
    interval: (from) => next(next(from)).getTime() - next(from).getTime(),
  };
}

/** Refuses what croner takes and NCRONTAB does not. */
function ncrontab(text: string): string {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5 && fields.length !== 6) {
    throw new Error(`the schedule "${text}" needs six fields: second minute hour day month weekday`);
  }
  if (fields.length === 5) fields.unshift("0");
  const names = /\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|sun|mon|tue|wed|thu|fri|sat)[a-z]*/gi;
  const shortened = fields.map((field) => field.replaceAll(names, (name) => name.slice(0, 3)));
  for (const field of shortened) {
    if (/[^\d*,/-]/.test(field.replaceAll(names, ""))) {
      throw new Error(`the schedule "${text}" has "${field}", which NCRONTAB does not know`);
    }
  }
  if (/(?:^|[,-])0?7(?:$|[,/-])/.test(shortened[5]!)) {
    throw new Error(`the schedule "${text}" says weekday 7; Sunday is 0`);
  }
  return shortened.join(" ");
}

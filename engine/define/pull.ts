import type { z } from "zod";
import type { Observation } from "./event.ts";
import type { AttemptContext } from "./integration.ts";
import type { DeepReadonly } from "./readonly.ts";
import { NAME } from "./receiver.ts";
import { type Setting, setting } from "./setting.ts";

/** Where a pull stands: everything changed since then, page by page. */
export interface PullPosition {
  /** ISO 8601 UTC with milliseconds. */
  readonly since: string;
  /** The first page is 1. */
  readonly page: number;
}

/** One page of records as the source gave them. */
export interface PulledPage {
  readonly records: readonly unknown[];
  /** The page to ask for next, a greater whole number; null on the last one. */
  readonly next: number | null;
}

/** Reads pages from a source's API; connectors make them (`restPages({…})`). */
export interface PageReader {
  /** What it needs; while one is missing, the pull does not run and the health report says so. */
  readonly settings: readonly Setting[];
  /** Reads one page. Throws when the source does not answer as agreed. Ends early when the context's signal aborts. */
  read(position: PullPosition, context: AttemptContext): Promise<PulledPage>;
}

/** A timed pull; made by {@link definePull}. */
export interface PullDefinition {
  readonly kind: "pull";
  readonly name: string;
  readonly source: string;
  readonly schedule: Setting;
  readonly overlapMs: number;
  readonly pages: PageReader;
  readonly record: z.ZodType;
  readonly events: (record: never) => readonly Observation[];
}

/** What a pull is made of. */
export interface PullOptions<Record extends z.ZodType> {
  /** The source that its events name, and its own name in routes and runs. */
  source: string;
  /** When it runs: an NCRONTAB expression of six fields, or a setting that holds one. Times are UTC. */
  schedule: string | Setting;
  /** How the pages are read. */
  pages: PageReader;
  /** One record; what does not parse goes to quarantine, and the others go on. */
  record: Record;
  /** The observations in one record. Pure. */
  events: (record: DeepReadonly<z.output<NoInfer<Record>>>) => readonly Observation[];
  /**
   * How far each pull reaches back behind the start of the one before, for records that the source wrote late.
   * Milliseconds; default 60 000; 0 or more.
   */
  overlapMs?: number;
}

/** Defines a timed pull. Throws a TypeError on a malformed name or a negative overlap. */
export function definePull<Record extends z.ZodType>(options: PullOptions<Record>): PullDefinition {
  if (!NAME.test(options.source)) throw new TypeError(`pull "${options.source}": names are ${NAME}`);
  const overlapMs = options.overlapMs ?? 60_000;
  if (!(overlapMs >= 0)) throw new TypeError(`pull "${options.source}": overlapMs must be 0 or more`);
  const schedule =
    typeof options.schedule === "string"
      ? setting(`${options.source.toUpperCase().replaceAll("-", "_")}_PULL_SCHEDULE`, options.schedule)
      : options.schedule;
  return {
    kind: "pull",
    name: options.source,
    source: options.source,
    schedule,
    overlapMs,
    pages: options.pages,
    record: options.record,
    events: options.events,
  };
}

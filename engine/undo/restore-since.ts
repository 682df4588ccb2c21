import type { Before } from "../sync/keep-valid.ts";
import type { Sighting } from "../sync/observed.ts";
import { pathSegments, sameValue, type Segments, valueAt } from "../sync/paths.ts";
import { sinceWhen, type Statement } from "../sync/since.ts";
import type { Concerned, Deciding } from "./restore.ts";

/** A path that says since when another has its value, as it is to be. */
export interface RestoredSince {
  readonly path: string;
  readonly value: unknown;
  /** Undefined where nothing was said. */
  readonly sighting: Sighting | undefined;
}

/**
 * The `since` paths that an undo concerns, reckoned anew: from what was said without what is taken back, of the values
 * that stand in `data`, the document after the undo.
 */
export function restoreSince(
  { present, without, data }: { present: Before; without: Before; data: unknown },
  concerned: Concerned,
  isConcerned: (at: Segments) => boolean,
  { priority, since }: Deciding,
): RestoredSince[] {
  return Object.entries(since).flatMap(([path, about]): RestoredSince[] => {
    const now = present.observed[path];
    const then = without.observed[path];
    const said = now?.said ?? [];
    const kept = said.filter(([time, , source]) => !concerned.taken({ time, source }));
    const missing = concerned.readmits && then?.said?.some((statement) => !isAmong(said, statement));
    if (kept.length === said.length && missing !== true && !isConcerned(pathSegments(about))) return [];
    const statements = merged(then?.said ?? [], kept);
    const base = then ?? now;
    if (!base || statements.length === 0) {
      return [{ path, value: valueAt(without.data, pathSegments(path)), sighting: undefined }];
    }
    const sighting: Sighting = { ...base, said: statements };
    const reckoned = sinceWhen(
      { since: { [path]: about }, priority },
      { [path]: sighting },
      [],
      sighting,
      data,
    );
    return reckoned.map(({ value }) => ({ path, value, sighting }));
  });
}

/** Statements of both, once each, in the order of observation. */
function merged(one: readonly Statement[], other: readonly Statement[]): readonly Statement[] {
  return [...one, ...other.filter((statement) => !isAmong(one, statement))].toSorted(
    ([time, , source], [otherTime, , otherSource]) =>
      compare(time, otherTime) || compare(source, otherSource),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function isAmong(statements: readonly Statement[], [time, value, source]: Statement): boolean {
  return statements.some(([at, said, by]) => at === time && by === source && sameValue(said, value));
}

import { type Observed, type Sighting } from "./observed.ts";
import { pathSegments, sameValue, type Segments, valueAt } from "./paths.ts";
import type { Assertion } from "./resolve.ts";

/** How many statements about a path are remembered one by one; older ones of the same value leave only their first. */
const REMEMBERED = 16;

/** What was said of a path and when, in the order of observation. */
export type Statement = readonly [time: string, value: unknown];

/**
 * The times since when values have stood, for the paths that a document declares: of one run of statements of the
 * same value, the first. What was said is remembered with the sighting of the `since` path, so that statements that
 * arrive late find their place and every order of arrival gives the same time.
 */
export function sinceWhen(
  companions: Readonly<Record<string, string>>,
  before: Observed,
  assertions: readonly Assertion[],
  sighting: Sighting,
  data: unknown,
): { path: string; value: string | undefined; sighting: Sighting }[] {
  return Object.entries(companions).map(([path, about]) => {
    const subject = pathSegments(about);
    const said = assertions.find(({ at, value }) => speaksOf(at, value, subject));
    const known = before[path]?.said ?? [];
    const statements = said ? remember(known, [sighting.time, said.value]) : known;
    const standing = valueAt(data, subject);
    const value = standing === undefined ? undefined : startOfRun(statements, standing);
    return { path, value, sighting: { ...(before[path] ?? sighting), said: statements } };
  });
}

/** An assertion at the path itself, or that everything around it is gone. */
function speaksOf(at: Segments, value: unknown, subject: Segments): boolean {
  const covers = at.length <= subject.length && at.every((name, index) => name === subject[index]);
  return covers && (at.length === subject.length || value === undefined);
}

function remember(known: readonly Statement[], statement: Statement): readonly Statement[] {
  const place = known.findLastIndex(([time]) => time <= statement[0]) + 1;
  const all = known.toSpliced(place, 0, statement);
  // Inside an old run of one value, only its first statement still matters.
  return all.filter(
    ([, value], index) =>
      index >= all.length - REMEMBERED || index === 0 || !sameValue(all[index - 1]?.[1], value),
  );
}

function startOfRun(statements: readonly Statement[], standing: unknown): string | undefined {
  const last = statements.findLastIndex(([, value]) => sameValue(value, standing));
  let first = last;
  while (first > 0 && sameValue(statements[first - 1]?.[1], standing)) first -= 1;
  return statements[first]?.[0];
}

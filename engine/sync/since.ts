import type { Priority } from "../define/document.ts";
import { type Observed, rankOf, type Sighting } from "./observed.ts";
import { pathSegments, sameValue, type Segments, valueAt } from "./paths.ts";
import type { Assertion } from "./resolve.ts";

/** How many statements about a path are remembered one by one; of older ones, only where the value became another. */
const REMEMBERED = 16;
/** Most of these older ones; whoever changes a value oftener is remembered from then on. */
const MOST_OLDER = 48;

/** What was said of a path, when and by whom, in the order of observation. */
export type Statement = readonly [time: string, value: unknown, source: string];

/**
 * The times since when values have stood, for the paths that a document declares: of one run of statements of the
 * same value, the first. What was said is remembered with the sighting of the `since` path, so that statements that
 * arrive late find their place and every order of arrival gives the same time. Where sources have ranks, the highest
 * that spoke is listened to, as for the value itself.
 */
export function sinceWhen(
  { since, priority }: { since: Readonly<Record<string, string>>; priority: Priority },
  before: Observed,
  assertions: readonly Assertion[],
  sighting: Sighting,
  data: unknown,
): { path: string; value: string | undefined; sighting: Sighting }[] {
  return Object.entries(since).map(([path, about]) => {
    const subject = pathSegments(about);
    const said = assertions.find(({ at, value }) => speaksOf(at, value, subject));
    const known = before[path]?.said ?? [];
    const rank = ([, , source]: Statement): number => rankOf(priority, subject, source);
    const statements = said ? remember(known, [sighting.time, said.value, sighting.source], rank) : known;
    const standing = valueAt(data, subject);
    const highest = Math.min(...statements.map(rank));
    const heard = statements.filter((statement) => rank(statement) === highest);
    const value = standing === undefined ? undefined : startOfRun(heard, standing);
    return { path, value, sighting: { ...(before[path] ?? sighting), said: statements } };
  });
}

/** An assertion at the path itself, or that everything around it is gone. */
function speaksOf(at: Segments, value: unknown, subject: Segments): boolean {
  const covers = at.length <= subject.length && at.every((name, index) => name === subject[index]);
  return covers && (at.length === subject.length || value === undefined);
}

function remember(
  known: readonly Statement[],
  statement: Statement,
  rank: (statement: Statement) => number,
): readonly Statement[] {
  // As for the value itself: at the same time the name of the source decides, and of one source the later arrival.
  const [time, , source] = statement;
  const place = known.findLastIndex(([at, , by]) => at < time || (at === time && by <= source)) + 1;
  const all = known.toSpliced(place, 0, statement);
  const older = all.slice(0, -REMEMBERED);
  if (older.length === 0) return all;
  // Nobody listens to lower sources once a higher one spoke; and inside an old run only its first statement matters.
  const highest = Math.min(...all.map(rank));
  const begun = older
    .filter((each) => rank(each) === highest)
    .filter(([, value], index, heard) => index === 0 || !sameValue(heard[index - 1]?.[1], value));
  return [...begun.slice(-MOST_OLDER), ...all.slice(-REMEMBERED)];
}

function startOfRun(statements: readonly Statement[], standing: unknown): string | undefined {
  const last = statements.findLastIndex(([, value]) => sameValue(value, standing));
  let first = last;
  while (first > 0 && sameValue(statements[first - 1]?.[1], standing)) first -= 1;
  return statements[first]?.[0];
}

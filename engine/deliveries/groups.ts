import type { Ports } from "../ports.ts";
import { type DeadLetterFilter, listDeadLetters } from "./replay.ts";

/** Dead letters of one integration that failed alike. */
export interface DeadLetterGroup {
  readonly integration: string;
  readonly fault: string;
  count: number;
  firstAt: string;
  lastAt: string;
}

/** Most groups that are told apart; the rest is counted as one, named `(others)`. */
const MOST_GROUPS = 500;
const PAGE = 1_000;

/** Counts dead letters by integration and fault, the largest group first. */
export async function groupDeadLetters(
  ports: Pick<Ports, "documents">,
  filter: DeadLetterFilter,
): Promise<DeadLetterGroup[]> {
  const groups = new Map<string, DeadLetterGroup>();
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const more = cursor === undefined ? {} : { cursor };
    const page = await listDeadLetters(ports, filter, { limit: PAGE, ...more });
    for (const { integration, fault: found, firstAt, lastAt } of page.items) {
      const known = groups.has(`${integration}\n${found}`) || groups.size < MOST_GROUPS;
      const fault = known ? found : "(others)";
      const place = `${integration}\n${fault}`;
      const group = groups.get(place) ?? { integration, fault, count: 0, firstAt, lastAt };
      group.count += 1;
      if (firstAt < group.firstAt) group.firstAt = firstAt;
      if (lastAt > group.lastAt) group.lastAt = lastAt;
      groups.set(place, group);
    }
    cursor = page.next;
  }
  return [...groups.values()].toSorted((a, b) => b.count - a.count);
}

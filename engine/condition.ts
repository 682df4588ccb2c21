import type { Container, DocumentQuery, Documents } from "./ports.ts";

/** The condition of a query, behind its WHERE, and the parameters in it. */
export type Condition = Required<Pick<DocumentQuery, "text" | "parameters">>;

/** Part of a condition with one parameter, `c.at >= @since`, and its value; left out where that is undefined. */
export type Term = readonly [text: string, value: unknown];

/** Joins what always holds with what is asked for. */
export function conditionOf(always: readonly string[], ...asked: readonly Term[]): Condition {
  const given = asked.filter(([, value]) => value !== undefined);
  return {
    text: [...always, ...given.map(([text]) => text)].join(" AND "),
    parameters: Object.fromEntries(given.map(([text, value]) => [/@(\w+)/.exec(text)?.[1] ?? "", value])),
  };
}

/** Members that are to have these values; their names are the code's own, never a caller's. */
export function equalTo(members: Readonly<Record<string, unknown>>): Term[] {
  return Object.entries(members).map(([name, value]) => [`c.${name} = @${name}`, value]);
}

/** A time, `c.at`, from `since` on and before `until`: ISO 8601. */
export function within(
  time: string,
  { since, until }: { readonly since?: string | undefined; readonly until?: string | undefined },
): Term[] {
  return [
    [`${time} >= @since`, since],
    [`${time} < @until`, until],
  ];
}

/** The earlier of two ends of a time, where the first one may not be given. */
export function earlier(one: string | undefined, other: string): string {
  return one !== undefined && one < other ? one : other;
}

/** How many items a condition holds for, of one partition or of all. */
export async function countItems(
  documents: Documents,
  container: Container,
  { text, parameters }: Condition,
  partition?: string,
): Promise<number> {
  const page = await documents.query<number>(container, {
    text: `SELECT VALUE COUNT(1) FROM c WHERE ${text}`,
    parameters,
    ...(partition === undefined ? {} : { partition }),
  });
  return page.items[0] ?? 0;
}

import { type Condition, conditionOf, type Term } from "../condition.ts";
import type { Documents, Page } from "../ports.ts";

/** Items of a page: at most 4 MB come at once, however many they are. */
const PAGE = 1_000;

/**
 * Items of `unified` in an order, of one partition or of all, page by page, the next one asked for while this one is
 * worked on. Memory holds two pages, however many items there are. Rejects with what the store rejects with.
 */
export async function* walkItems<Item>(
  { query }: Pick<Documents, "query">,
  select: string,
  { text, parameters }: Condition,
  order: string,
  partition?: string,
): AsyncGenerator<Item> {
  const ask = (cursor: string | null): Promise<Page<Item>> => {
    const page = query<Item>("unified", {
      text: `SELECT ${select} FROM c WHERE ${text} ORDER BY ${order}`,
      parameters,
      limit: PAGE,
      ...(partition === undefined ? {} : { partition }),
      ...(cursor === null ? {} : { cursor }),
    });
    // Heard when its turn comes; if that is never, nobody wants it.
    page.catch(() => {});
    return page;
  };
  let next: Promise<Page<Item>> | undefined = ask(null);
  while (next) {
    const { items, next: cursor }: Page<Item> = await next;
    next = cursor === null ? undefined : ask(cursor);
    yield* items;
  }
}

/** Items whose entity's key comes after one; that of every entity comes after "". */
export function afterKey(after: string, always: readonly string[], ...asked: readonly Term[]): Condition {
  return conditionOf(always, ["c.key > @after", after], ...asked);
}

import type { Container, DocumentQuery, Documents, Page } from "./ports.ts";

/** The first results of a query, and whether there are more behind them. */
export interface Some<T> {
  readonly items: readonly T[];
  readonly more: boolean;
}

/** Reads the first `count` results of a query, however few of them its pages hold. */
export async function readSome<T>(
  documents: Documents,
  container: Container,
  query: Omit<DocumentQuery, "limit" | "cursor">,
  count: number,
): Promise<Some<T>> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    // One more than wanted tells whether there are more.
    const limit = count + 1 - items.length;
    const from = cursor === null ? {} : { cursor };
    const page: Page<T> = await documents.query<T>(container, { ...query, limit, ...from });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && items.length <= count);
  return { items: items.slice(0, count), more: items.length > count };
}

/** All results of a query, a page of `limit` at a time, as far as they are asked for. */
export async function* readAll<T>(
  documents: Pick<Documents, "query">,
  container: Container,
  query: Omit<DocumentQuery, "cursor">,
): AsyncGenerator<T> {
  let cursor: string | null = null;
  do {
    const from = cursor === null ? {} : { cursor };
    const page: Page<T> = await documents.query<T>(container, { ...query, ...from });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== null);
}

import type { Container, Documents, Page } from "../../ports.ts";

/** Items of a page: enough for few round trips, few enough for memory. A page of Cosmos DB has 4 MB at most. */
const PAGE = 100;

/** What a feed reads. */
export interface FeedQuery {
  readonly container: Container;
  readonly kind: string;
  /** What stands behind SELECT; `c._ts` is among it. */
  readonly members: string;
  /** Seconds since 1970: from `since` on, before `until`, by when the store wrote the items. */
  readonly since: number;
  readonly until: number;
}

/**
 * The items of a kind that were written within a time, page by page, in the order of their writes. The time is the
 * store's own (`_ts`), which every container has an index for: it is that of the last write, so that what was altered
 * later (by an erasure) comes again, and no host's clock or slow write hides an item.
 */
export class Feed<T> {
  readonly #documents: Documents;
  readonly #query: FeedQuery;
  #upTo: number;
  #cursor: string | undefined;
  #ended = false;

  constructor(documents: Documents, query: FeedQuery) {
    this.#documents = documents;
    this.#query = query;
    this.#upTo = query.since;
  }

  /** Everything that was written before this second was given: seconds since 1970. */
  get upTo(): number {
    return this.#upTo;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** The next page; given again where the call before rejected. Rejects when the store fails. */
  async next(): Promise<readonly T[]> {
    const { container, kind, members, since, until } = this.#query;
    const page: Page<T & { readonly _ts: number }> = await this.#documents.query(container, {
      text: `SELECT ${members} FROM c WHERE c.kind = @kind AND c._ts >= @since AND c._ts < @until ORDER BY c._ts`,
      parameters: { kind, since, until },
      limit: PAGE,
      ...(this.#cursor === undefined ? {} : { cursor: this.#cursor }),
    });
    this.#cursor = page.next ?? undefined;
    this.#ended = page.next === null;
    this.#upTo = this.#ended ? until : (page.items.at(-1)?._ts ?? this.#upTo);
    return page.items;
  }
}

import type { Documents, Log } from "../../ports.ts";
import { withPatience } from "../../sync/patience.ts";
import { Feed, type FeedQuery } from "./feed.ts";
import type { Filling } from "./filling.ts";
import type { RecordTable, TableRow } from "./record-tables.ts";
import { sizeOf } from "./write-rows.ts";

/** Rows of a page that are in memory before they are written, in characters. */
const MOST_CHARACTERS = 4 * 1024 * 1024;

/** Copies one kind of items into its tables, a page at a time. */
export class Copier<T> {
  /** How many items were copied. */
  count = 0;
  readonly #feed: Feed<T>;
  readonly #log: Log;
  readonly #table: RecordTable;
  readonly #rowOf: (item: T) => TableRow | Promise<TableRow>;
  readonly #kind: string;

  constructor(
    { documents, log }: { readonly documents: Documents; readonly log: Log },
    query: FeedQuery,
    table: RecordTable,
    rowOf: (item: T) => TableRow | Promise<TableRow>,
  ) {
    this.#feed = new Feed(documents, query);
    this.#log = log;
    this.#kind = query.kind;
    this.#table = table;
    this.#rowOf = rowOf;
  }

  get ended(): boolean {
    return this.#feed.ended;
  }

  /** Everything that was written before this second is in the tables: seconds since 1970. */
  get upTo(): number {
    return this.#feed.upTo;
  }

  /** Copies the next page. Rejects when the store fails for minutes, and when the tables cannot be written to. */
  async step(filling: Filling): Promise<void> {
    const items = await withPatience(this.#log, `reading ${this.#kind} items for a business model`, () =>
      this.#feed.next(),
    );
    let rows: TableRow[] = [];
    let size = 0;
    for (const item of items) {
      const row = await this.#rowOf(item);
      rows.push(row);
      size += sizeOf(row);
      if (size < MOST_CHARACTERS) continue;
      await filling.write(this.#table, rows);
      [rows, size] = [[], 0];
    }
    await filling.write(this.#table, rows);
    this.count += items.length;
  }
}

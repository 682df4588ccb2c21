import type { StatementSync } from "node:sqlite";
import { prefixBounds } from "../partition-key.ts";
import type { PartitionKey } from "../partition-key.ts";
import type { ContainerEntry } from "../store/catalog.ts";
import { worthIndexing } from "../store/path-index.ts";
import type { Store } from "../store/store.ts";
import { chooseIndex } from "./index-choice.ts";
import type { IndexChoice } from "./index-choice.ts";
import type { Order, SortColumn } from "./order.ts";
import type { Condition, SqlValue } from "./push-down.ts";

/** Where a scan stands: the sorted columns of the last item read. */
export type Position = readonly SqlValue[];

/** One item read by a scan. */
export interface ScannedItem {
  readonly position: Position;
  readonly body: string;
}

/** Some items in a row, and whether there may be more after them. */
export interface Slice {
  readonly items: readonly ScannedItem[];
  readonly more: boolean;
}

/** How much text one slice holds, so that large items do not fill the memory. */
const maxSliceLength = 4 * 1024 * 1024;

/** In which order a scan without ORDER BY goes: by age or key, or along an index on a path compared by range. */
export type Way = "plain" | "ranged";

/** What to scan: a container or a partition of it, with what SQLite can decide of WHERE and ORDER BY. */
export interface ScanRequest {
  readonly key: PartitionKey | undefined;
  readonly where: Condition | undefined;
  readonly order: Order;
  /** The way an earlier part of the same scan went; its positions fit no other. */
  readonly way: Way | undefined;
}

/**
 * Reads the items a query may be about, slice by slice, each slice beginning after the last item of the one
 * before: so a scan can stop anywhere, go on in another request, and let others in between.
 */
export class ItemScan {
  readonly way: Way;
  readonly #store: Store;
  readonly #container: ContainerEntry;
  readonly #filters: string[] = [];
  readonly #values: SqlValue[] = [];
  readonly #columns: readonly SortColumn[];
  /** True when the first columns are the rank and value of a path. */
  readonly #byPath: boolean;
  readonly #hint: string;

  constructor(store: Store, container: ContainerEntry, { key, where, order, way }: ScanRequest) {
    this.#store = store;
    this.#container = container;
    const choice = chooseIndex(container.definition.indexingPolicy, where, order);
    const index = this.#index(key, where, choice);
    this.way =
      way ?? (index !== undefined && key === undefined && choice.ranged.length > 0 ? "ranged" : "plain");
    const sorted = this.way === "ranged" ? choice.ranged : order.columns;
    const descending = sorted.at(-1)?.descending ?? false;
    this.#byPath = sorted.length > 0;
    if (this.#byPath) this.#columns = [...sorted, { sql: "seq", descending }];
    else
      this.#columns = (key === undefined ? ["seq"] : ["pk", "id"]).map((sql) => ({ sql, descending: false }));
    // A partition is never read through an index across all of them.
    this.#hint = key === undefined ? "" : `INDEXED BY ${index ?? `${container.items.name}_key`}`;
    if (key?.complete) this.#filter("pk = ?", key.text);
    else if (key !== undefined) {
      const { from, below } = prefixBounds(key);
      this.#filter("pk >= ? AND pk < ?", from, below);
    }
    if (where !== undefined) this.#filter(where.sql, ...where.values);
    if (container.definition.defaultTtl !== undefined)
      this.#filter("(expires IS NULL OR expires > ?)", Date.now());
    if (this.#filters.length === 0) this.#filter("1");
  }

  #filter(sql: string, ...values: readonly SqlValue[]): void {
    this.#filters.push(sql);
    this.#values.push(...values);
  }

  /** The name of the index to use, made when there is enough to read; undefined where none is worth it. */
  #index(
    key: PartitionKey | undefined,
    where: Condition | undefined,
    { columns }: IndexChoice,
  ): string | undefined {
    if (columns.length === 0 || this.#container.items.rows < worthIndexing || where?.keyed) return undefined;
    if (key === undefined) return this.#store.indexes.ensure(this.#container, columns);
    if (!key.complete || !this.#isLarge(key)) return undefined;
    return this.#store.indexes.ensure(this.#container, ["pk", ...columns]);
  }

  #isLarge(key: PartitionKey): boolean {
    const sql = `SELECT COUNT(*) AS n FROM (SELECT 1 FROM ${this.#container.items.name} WHERE pk = ? LIMIT ${worthIndexing})`;
    return Number(this.#store.statement(sql).get(key.text)?.["n"]) >= worthIndexing;
  }

  #select(what: string, filters: readonly string[], tail: string): StatementSync {
    const { name } = this.#container.items;
    return this.#store.statement(
      `SELECT ${what} FROM ${name} ${this.#hint} WHERE ${filters.join(" AND ")} ${tail}`,
    );
  }

  /** How many items there are; the whole truth only when the condition is exact. */
  count(): number {
    return Number(this.#select("COUNT(*) AS n", this.#filters, "").get(...this.#values)?.["n"]);
  }

  /** Reads the next items after a position, `limit` at most and about 4 MB. */
  read(after: Position | undefined, limit: number): Slice {
    const items: ScannedItem[] = [];
    let length = 0;
    for (const part of this.#parts(after)) {
      for (const item of this.#readPart(part, limit - items.length)) {
        items.push(item);
        length += item.body.length;
        if (items.length >= limit || length >= maxSliceLength) return { items, more: true };
      }
    }
    return { items, more: false };
  }

  /**
   * What lies after a position. Sorted by a path, that is the rest of its type's values first and then the
   * types after it: each part is one walk along an index.
   */
  #parts(after: Position | undefined): SqlPart[] {
    const columns = this.#columns;
    if (after === undefined) return [{ sql: "1", values: [], columns }];
    const [rank, value, ...others] = columns;
    if (!this.#byPath || rank === undefined || value === undefined) return [afterPosition(columns, after)];
    const [type = null, least = null, ...rest] = after;
    const beyond = { sql: `${rank.sql} ${rank.descending ? "<" : ">"} ?`, values: [type], columns };
    const same =
      least === null ? afterPosition(others, rest) : afterPosition([value, ...others], [least, ...rest]);
    const none = least === null ? `AND ${value.sql} IS NULL ` : "";
    return [
      { ...same, sql: `${rank.sql} = ? ${none}AND ${same.sql}`, values: [type, ...same.values] },
      beyond,
    ];
  }

  *#readPart(part: SqlPart, limit: number): Generator<ScannedItem> {
    const names = this.#columns.map(({ sql }) => sql).join(", ");
    const sort = part.columns.map(({ sql, descending }) => (descending ? `${sql} DESC` : sql)).join(", ");
    // Sorting moves whole rows about: where it may happen, the texts are fetched afterwards.
    const what = this.#byPath ? names : `body, ${names}`;
    const statement = this.#select(what, [...this.#filters, part.sql], `ORDER BY ${sort} LIMIT ?`);
    statement.setReturnArrays(true);
    const values = [...this.#values, ...part.values, limit];
    if (this.#byPath) {
      for (const position of statement.all(...values) as unknown as SqlValue[][]) {
        yield { position, body: this.#container.items.body(Number(position.at(-1))) ?? "" };
      }
      return;
    }
    for (const row of statement.iterate(...values)) {
      const [body, ...position] = row as unknown as [string, ...SqlValue[]];
      yield { position, body };
    }
  }
}

/** A condition and the values of its question marks. */
interface SqlPart {
  readonly sql: string;
  readonly values: readonly SqlValue[];
  /** What its items are still to be sorted by. */
  readonly columns: readonly SortColumn[];
}

/**
 * The condition "sorted after this position". A value is NULL only where its rank has no values (undefined,
 * null, arrays, objects): then its rank alone tells.
 */
function afterPosition(columns: readonly SortColumn[], position: Position): SqlPart {
  const [column, ...others] = columns;
  const [value = null, ...rest] = position;
  if (column === undefined) return { sql: "0", values: [], columns };
  if (value === null) return { ...afterPosition(others, rest), columns };
  const beyond = `${column.sql} ${column.descending ? "<" : ">"} ?`;
  if (others.length === 0) return { sql: beyond, values: [value], columns };
  const next = afterPosition(others, rest);
  // The outer bound is implied; it lets SQLite begin in the middle of an index.
  const bound = `${column.sql} ${column.descending ? "<=" : ">="} ?`;
  return {
    sql: `${bound} AND (${beyond} OR (${column.sql} = ? AND ${next.sql}))`,
    values: [value, value, value, ...next.values],
    columns,
  };
}

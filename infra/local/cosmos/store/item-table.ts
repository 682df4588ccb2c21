import type { DatabaseSync, StatementSync } from "node:sqlite";

/** One stored item. `sequence` is its place for life, `lsn` its newest version, `body` its JSON text. */
export interface ItemRow {
  readonly sequence: number;
  readonly lsn: number;
  /** When it expires, in milliseconds since 1970; null for never. */
  readonly expires: number | null;
  readonly body: string;
}

/** An item without its text: all that a write needs to know of what was there. */
export type ItemHead = Omit<ItemRow, "body">;

type HeadCells = [number, number, number | null];
type Cells = [...HeadCells, string];

/**
 * The items of one container: a table of its own, keyed by partition key and id, and in order of
 * modification. All statements are prepared once.
 */
export class ItemTable {
  readonly name: string;
  readonly #database: DatabaseSync;
  readonly #head: StatementSync;
  readonly #get: StatementSync;
  readonly #insert: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #deletePartition: StatementSync;
  readonly #deleteExpired: StatementSync;
  readonly #bySequence: StatementSync;
  readonly #firstExpired: StatementSync;
  /** About how many items there are; decides whether an index is worth its cost. */
  rows: number;

  /** @param number the container's number in the catalog */
  constructor(database: DatabaseSync, number: number) {
    const name = itemTableName(number);
    this.name = name;
    this.#database = database;
    this.#head = database.prepare(`SELECT seq, lsn, expires FROM ${name} WHERE pk = ? AND id = ?`);
    this.#head.setReturnArrays(true);
    this.#get = database.prepare(`SELECT seq, lsn, expires, body FROM ${name} WHERE pk = ? AND id = ?`);
    this.#get.setReturnArrays(true);
    this.#insert = database.prepare(`INSERT INTO ${name} VALUES (?, ?, ?, ?, ?, ?, ?)`);
    this.#update = database.prepare(
      `UPDATE ${name} SET lsn = ?, ts = ?, expires = ?, body = ? WHERE seq = ?`,
    );
    this.#delete = database.prepare(`DELETE FROM ${name} WHERE seq = ?`);
    this.#deletePartition = database.prepare(`DELETE FROM ${name} WHERE pk = ?`);
    this.#deleteExpired = database.prepare(
      `DELETE FROM ${name} WHERE seq IN (SELECT seq FROM ${name} WHERE expires <= ? LIMIT ?)`,
    );
    this.#bySequence = database.prepare(`SELECT body FROM ${name} WHERE seq = ?`);
    this.#bySequence.setReturnArrays(true);
    this.#firstExpired = database.prepare(`SELECT 1 FROM ${name} WHERE expires <= ? LIMIT 1`);
    this.rows = Number(database.prepare(`SELECT COUNT(*) AS n FROM ${name}`).get()?.["n"] ?? 0);
  }

  /** The item as stored, expired or not. */
  get(key: string, id: string): ItemRow | undefined {
    const cells = this.#get.get(key, id) as unknown as Cells | undefined;
    return cells && { sequence: cells[0], lsn: cells[1], expires: cells[2], body: cells[3] };
  }

  /** The item's head, expired or not. */
  head(key: string, id: string): ItemHead | undefined {
    const cells = this.#head.get(key, id) as unknown as HeadCells | undefined;
    return cells && { sequence: cells[0], lsn: cells[1], expires: cells[2] };
  }

  /** The text of the item at a sequence number; undefined when it was deleted. */
  body(sequence: number): string | undefined {
    const cells = this.#bySequence.get(sequence) as unknown as [string] | undefined;
    return cells?.[0];
  }

  /** Adds an item; throws SQLite's constraint error when the key or a unique key is taken. */
  insert(key: string, id: string, item: ItemRow, seconds: number): void {
    this.#insert.run(item.sequence, key, id, item.lsn, seconds, item.expires, item.body);
    this.rows++;
  }

  /** Puts a new version in an item's place. */
  update(item: ItemRow, seconds: number): void {
    this.#update.run(item.lsn, seconds, item.expires, item.body, item.sequence);
  }

  delete(sequence: number): void {
    this.#delete.run(sequence);
    this.rows--;
  }

  deletePartition(key: string): void {
    this.rows -= Number(this.#deletePartition.run(key).changes);
  }

  /** True when some item's time is over. */
  mayExpire(nowMs: number): boolean {
    return this.#firstExpired.get(nowMs) !== undefined;
  }

  /** Deletes up to `limit` items whose time is over; returns how many. */
  deleteExpired(nowMs: number, limit: number): number {
    const deleted = Number(this.#deleteExpired.run(nowMs, limit).changes);
    this.rows -= deleted;
    return deleted;
  }

  /** Works out anew when each item expires, after the container's default changed. */
  resetExpiry(defaultTtl: number | undefined): void {
    const own = `CASE WHEN json_type(body, '$.ttl') = 'integer' THEN json_extract(body, '$.ttl') END`;
    const set =
      defaultTtl === undefined
        ? "NULL"
        : `(SELECT CASE WHEN life > 0 THEN (ts + life) * 1000 END FROM (SELECT COALESCE(${own}, ${defaultTtl}) AS life))`;
    this.#database.exec(`UPDATE ${this.name} SET expires = ${set}`);
  }
}

/** The name of a container's table. */
export function itemTableName(number: number): string {
  return `items_${number}`;
}

/** Makes a container's table; unique keys become a unique index per partition, absent values counting as null. */
export function createItemTable(
  database: DatabaseSync,
  number: number,
  uniqueKeys: readonly string[][],
): void {
  const name = itemTableName(number);
  database.exec(`
    CREATE TABLE ${name} (
      seq INTEGER PRIMARY KEY, pk TEXT NOT NULL, id TEXT NOT NULL, lsn INTEGER NOT NULL, ts INTEGER NOT NULL,
      expires INTEGER, body TEXT NOT NULL
    );
    CREATE UNIQUE INDEX ${name}_key ON ${name} (pk, id);
    CREATE UNIQUE INDEX ${name}_lsn ON ${name} (lsn);
    CREATE INDEX ${name}_expires ON ${name} (expires) WHERE expires IS NOT NULL;
  `);
  for (const [at, paths] of uniqueKeys.entries()) {
    const values = paths.map((path) => `COALESCE(body -> ${path}, 'null')`).join(", ");
    database.exec(`CREATE UNIQUE INDEX ${name}_unique_${at} ON ${name} (pk, ${values})`);
  }
}

import type { DatabaseSync, StatementSync } from "node:sqlite";

/** How many numbers are reserved on file at a time; a restart skips what was left of them. */
const reserve = 10_000;

/**
 * The log sequence number: one for each write, never used twice, also across restarts. Etags, resource ids
 * and the change feed are made of it.
 */
export class LogSequence {
  readonly #database: DatabaseSync;
  readonly #save: StatementSync;
  #last = 0;
  #reserved = 0;

  constructor(database: DatabaseSync) {
    this.#save = database.prepare("INSERT OR REPLACE INTO counters (name, value) VALUES ('lsn', ?)");
    this.#database = database;
    this.load();
  }

  /** Goes on from what is on file, never behind what was given out. */
  load(): void {
    const row = this.#database.prepare("SELECT value FROM counters WHERE name = 'lsn'").get();
    this.#last = Math.max(this.#last, Number(row?.["value"] ?? 0));
    this.#reserved = this.#last;
  }

  /** The newest number given out. */
  get last(): number {
    return this.#last;
  }

  /** Gives out the next number; call inside a transaction. */
  next(): number {
    if (this.#last >= this.#reserved) {
      this.#save.run(this.#last + reserve);
      this.#reserved = this.#last + reserve;
    }
    return ++this.#last;
  }
}

/** The etag of a version: quoted, made of its log sequence number. */
export function etagOf(lsn: number): string {
  return `"00000000-0000-0000-0000-${lsn.toString(16).padStart(12, "0")}"`;
}

/** True when an `If-Match` or `If-None-Match` value names this version, or any (`*`). */
export function etagMatches(condition: string, lsn: number): boolean {
  if (condition === "*") return true;
  const etag = etagOf(lsn);
  return condition === etag || `"${condition}"` === etag;
}

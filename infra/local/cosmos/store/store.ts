import type { DatabaseSync, StatementSync } from "node:sqlite";
import { notFound } from "../failure.ts";
import { Catalog } from "./catalog.ts";
import type { ContainerEntry, DatabaseEntry } from "./catalog.ts";
import { GroupCommit } from "./commit.ts";
import { openDatabase } from "./database.ts";
import { LogSequence } from "./log-sequence.ts";
import { PathIndexes } from "./path-index.ts";

/** How often expired items are cleared away, and how many in one go; they are invisible before that. */
const sweepEveryMs = 1000;
const sweepAtMost = 1000;

/** How many prepared statements of queries are kept. */
const maxStatements = 500;

/** Everything the server keeps: databases, containers and items, in one file. */
export class Store {
  readonly database: DatabaseSync;
  readonly catalog: Catalog;
  readonly commit: GroupCommit;
  readonly log: LogSequence;
  readonly indexes: PathIndexes;
  readonly #statements = new Map<string, StatementSync>();
  readonly #sweep: NodeJS.Timeout;
  readonly #savepoint: StatementSync;
  readonly #release: StatementSync;
  readonly #undo: StatementSync;

  /** @param folder see `openDatabase` */
  constructor(folder: string | undefined) {
    this.database = openDatabase(folder);
    this.catalog = new Catalog(this.database);
    this.commit = new GroupCommit(this.database, () => this.#reload());
    this.log = new LogSequence(this.database);
    this.indexes = new PathIndexes(this.database, this.commit);
    this.#savepoint = this.database.prepare("SAVEPOINT change");
    this.#release = this.database.prepare("RELEASE change");
    this.#undo = this.database.prepare("ROLLBACK TO change");
    this.#sweep = setInterval(() => this.#deleteExpired(), sweepEveryMs);
    this.#sweep.unref();
  }

  /** Throws `Failure` 404 when there is no such database. */
  databaseEntry(id: string): DatabaseEntry {
    const entry = this.catalog.databases.get(id);
    if (entry === undefined) throw notFound(`database "${id}"`);
    return entry;
  }

  /** Throws `Failure` 404 when there is no such container. */
  container(database: string, id: string): ContainerEntry {
    const entry = this.databaseEntry(database).containers.get(id);
    if (entry === undefined) throw notFound(`container "${database}/${id}"`);
    return entry;
  }

  /** The prepared statement of an SQL text; the most recent ones are kept. */
  statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    const statement = this.database.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }

  /** Runs changes to the catalog in the turn's transaction, undone together when one of them throws. */
  change<T>(work: (lsn: number, seconds: number) => T): T {
    this.commit.begin();
    return this.atomically(() => work(this.log.next(), nowSeconds()));
  }

  /** Runs work inside the open transaction so that it leaves nothing behind when it throws. */
  atomically<T>(work: () => T): T {
    this.#savepoint.run();
    try {
      const result = work();
      this.#release.run();
      return result;
    } catch (error) {
      if (this.database.isTransaction) {
        this.#undo.run();
        this.#release.run();
      }
      throw error;
    }
  }

  /** What is kept in memory is read anew after a transaction was lost. */
  #reload(): void {
    this.#statements.clear();
    this.catalog.load();
    this.indexes.load();
    this.log.load();
  }

  #deleteExpired(): void {
    const nowMs = Date.now();
    for (const database of this.catalog.databases.values()) {
      for (const { items } of database.containers.values()) {
        if (!items.mayExpire(nowMs)) continue;
        this.commit.begin();
        items.deleteExpired(nowMs, sweepAtMost);
      }
    }
  }

  /** Commits what is pending and closes the file. */
  close(): void {
    clearInterval(this.#sweep);
    this.commit.flush();
    this.database.close();
  }
}

/** Now, in whole seconds since 1970: the resolution of `_ts` and of time to live. */
export function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

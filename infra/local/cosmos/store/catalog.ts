import type { DatabaseSync } from "node:sqlite";
import type { ContainerDefinition } from "../resources/container-definition.ts";
import { itemRids, containerRid, databaseRid } from "../resource-id.ts";
import { keyReader, pathNames } from "../partition-key.ts";
import type { KeyReader } from "../partition-key.ts";
import { badRequest } from "../failure.ts";
import { ItemTable, createItemTable, itemTableName } from "./item-table.ts";
import { sqlitePath } from "./sqlite-path.ts";

/** A database and its containers, by id. */
export interface DatabaseEntry {
  readonly number: number;
  readonly id: string;
  readonly rid: string;
  readonly lsn: number;
  readonly seconds: number;
  readonly containers: Map<string, ContainerEntry>;
}

/** A container: its definition and all that is made of it once. */
export interface ContainerEntry {
  readonly number: number;
  readonly id: string;
  readonly rid: string;
  readonly self: string;
  readonly keys: KeyReader;
  readonly itemRid: (sequence: number) => string;
  readonly items: ItemTable;
  definition: ContainerDefinition;
  lsn: number;
  seconds: number;
}

/** Databases and containers: kept in memory, written through to the file. Every write here commits by itself. */
export class Catalog {
  readonly databases = new Map<string, DatabaseEntry>();
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.load();
  }

  /** Reads everything from the file. */
  load(): void {
    const database = this.#database;
    this.databases.clear();
    const byNumber = new Map<number, DatabaseEntry>();
    for (const row of database.prepare("SELECT number, id, lsn, ts FROM databases ORDER BY number").all()) {
      const entry = databaseEntry(
        Number(row["number"]),
        String(row["id"]),
        Number(row["lsn"]),
        Number(row["ts"]),
      );
      byNumber.set(entry.number, entry);
      this.databases.set(entry.id, entry);
    }
    for (const row of database.prepare("SELECT * FROM containers ORDER BY number").all()) {
      const owner = byNumber.get(Number(row["database"]));
      if (owner === undefined)
        throw new Error(`The file is damaged: container ${String(row["id"])} has no database.`);
      const definition = JSON.parse(String(row["definition"])) as ContainerDefinition;
      const number = Number(row["number"]);
      owner.containers.set(
        definition.id,
        this.#entry(owner, number, definition, Number(row["lsn"]), Number(row["ts"])),
      );
    }
  }

  #entry(
    owner: DatabaseEntry,
    number: number,
    definition: ContainerDefinition,
    lsn: number,
    seconds: number,
  ): ContainerEntry {
    const rid = containerRid(owner.number, number);
    return {
      number,
      id: definition.id,
      rid,
      self: `dbs/${owner.rid}/colls/${rid}/`,
      keys: keyReader(definition.partitionKey),
      itemRid: itemRids(rid),
      items: new ItemTable(this.#database, number),
      definition,
      lsn,
      seconds,
    };
  }

  createDatabase(id: string, lsn: number, seconds: number): DatabaseEntry {
    const statement = this.#database.prepare("INSERT INTO databases (id, lsn, ts) VALUES (?, ?, ?)");
    const number = Number(statement.run(id, lsn, seconds).lastInsertRowid);
    const entry = databaseEntry(number, id, lsn, seconds);
    this.databases.set(id, entry);
    return entry;
  }

  deleteDatabase(entry: DatabaseEntry): void {
    for (const container of entry.containers.values()) this.deleteContainer(entry, container);
    this.#database.prepare("DELETE FROM databases WHERE number = ?").run(entry.number);
    this.databases.delete(entry.id);
  }

  createContainer(
    owner: DatabaseEntry,
    definition: ContainerDefinition,
    lsn: number,
    seconds: number,
  ): ContainerEntry {
    const uniqueKeys = definition.uniqueKeyPolicy.uniqueKeys.map(({ paths }) =>
      paths.map((path) => {
        const literal = sqlitePath(pathNames(path));
        if (literal === undefined) throw badRequest(`The unique key path "${path}" is not supported.`);
        return literal;
      }),
    );
    const statement = this.#database.prepare(
      "INSERT INTO containers (database, id, lsn, ts, definition) VALUES (?, ?, ?, ?, ?)",
    );
    const text = JSON.stringify(definition);
    const number = Number(statement.run(owner.number, definition.id, lsn, seconds, text).lastInsertRowid);
    createItemTable(this.#database, number, uniqueKeys);
    const entry = this.#entry(owner, number, definition, lsn, seconds);
    owner.containers.set(definition.id, entry);
    return entry;
  }

  replaceContainer(
    entry: ContainerEntry,
    definition: ContainerDefinition,
    lsn: number,
    seconds: number,
  ): void {
    this.#database
      .prepare("UPDATE containers SET definition = ?, lsn = ?, ts = ? WHERE number = ?")
      .run(JSON.stringify(definition), lsn, seconds, entry.number);
    if (definition.defaultTtl !== entry.definition.defaultTtl) entry.items.resetExpiry(definition.defaultTtl);
    entry.definition = definition;
    entry.lsn = lsn;
    entry.seconds = seconds;
  }

  deleteContainer(owner: DatabaseEntry, entry: ContainerEntry): void {
    this.#database.exec(`DROP TABLE ${itemTableName(entry.number)}`);
    this.#database.prepare("DELETE FROM containers WHERE number = ?").run(entry.number);
    this.#database.prepare("DELETE FROM path_indexes WHERE container = ?").run(entry.number);
    owner.containers.delete(entry.id);
  }
}

function databaseEntry(number: number, id: string, lsn: number, seconds: number): DatabaseEntry {
  return { number, id, rid: databaseRid(number), lsn, seconds, containers: new Map() };
}

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

const schema = `
  CREATE TABLE IF NOT EXISTS databases (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, lsn INTEGER NOT NULL, ts INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS containers (
    number INTEGER PRIMARY KEY AUTOINCREMENT, database INTEGER NOT NULL, id TEXT NOT NULL,
    lsn INTEGER NOT NULL, ts INTEGER NOT NULL, definition TEXT NOT NULL, UNIQUE (database, id)
  );
  CREATE TABLE IF NOT EXISTS path_indexes (container INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (container, name));
  CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
`;

/**
 * Opens the one file that holds everything, or a database in memory when no folder is given.
 *
 * WAL with `synchronous=NORMAL`: what was committed survives the death of the process (not of the machine).
 * The file is locked for one process at a time. What is deleted or replaced is overwritten with zeros; the log, which
 * may still have it, is emptied at the start and gone after an orderly end.
 *
 * @param folder made when it does not exist; undefined keeps everything in memory
 * @throws Error when the folder cannot be written or another process has the file open
 */
export function openDatabase(folder: string | undefined): DatabaseSync {
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  const database = new DatabaseSync(folder === undefined ? ":memory:" : join(folder, "cosmos.sqlite"));
  try {
    prepare(database);
  } catch (error) {
    database.close();
    const locked = error instanceof Error && "errcode" in error && error.errcode === 5;
    throw locked ? new Error(`the folder ${folder} is in use by another process.`) : error;
  }
  return database;
}

function prepare(database: DatabaseSync): void {
  database.exec(`
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA wal_autocheckpoint = 1000;
    PRAGMA cache_size = -65536;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA wal_checkpoint(TRUNCATE);
  `);
  database.exec(schema);
}

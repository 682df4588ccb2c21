/**
 * The tables of a broker's data. WAL with synchronous=NORMAL keeps every committed transaction when the process
 * is killed; only a failing machine could lose the last ones. Checkpoints are rarer than by default, because
 * each one waits for the disk. What is deleted within a page is overwritten; pages that become free as a whole would
 * cost a write each, so they are left to {@link compact}.
 */
export const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 8000;
  PRAGMA cache_size = -65536;
  PRAGMA secure_delete = FAST;
  CREATE TABLE IF NOT EXISTS entity (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    last_sequence INTEGER NOT NULL
  );
  CREATE TABLE IF NOT EXISTS message (
    id INTEGER PRIMARY KEY,
    state TEXT NOT NULL,
    delivery_count INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    session_id TEXT,
    enqueued_at INTEGER NOT NULL,
    expires_at INTEGER,
    scheduled_for INTEGER,
    enqueued_sequence INTEGER NOT NULL,
    dead_letter_source TEXT,
    durable INTEGER NOT NULL,
    priority INTEGER,
    ttl INTEGER,
    annotations BLOB NOT NULL,
    annotation_count INTEGER NOT NULL,
    bare BLOB NOT NULL
  );
  CREATE TABLE IF NOT EXISTS session_state (
    entity INTEGER NOT NULL,
    session TEXT NOT NULL,
    state BLOB NOT NULL,
    PRIMARY KEY (entity, session)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS duplicate (
    entity INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (entity, message_id)
  ) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS rules (
    entity INTEGER PRIMARY KEY,
    configured TEXT NOT NULL,
    rules TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS duplicate_at ON duplicate (entity, at);
`;

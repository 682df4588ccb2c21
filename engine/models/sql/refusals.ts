import type { StatementReader } from "./statement-reader.ts";

const ALLOWED = "CREATE TABLE, CREATE VIEW, CREATE INDEX, ALTER TABLE, DROP and INSERT … VALUES";

const TRANSACTIONS = "a file takes effect as a whole, without transactions and locks of its own";
const ROWS = "rows come with INSERT … VALUES, or from the model's job";
const ACCOUNTS = "the model gets its two users by itself";
const ROUTINES = "what is to be computed goes into a view or into the model's job";
const SERVER = "the server is not for a model to look after";
const PREPARED = "write the statement itself";

/** What may stand instead of statements that people write, by their first word. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ["USE", "the file runs in the model's own database: leave it out"],
  ["SET", "the file runs with settings of its own, in UTF-8 and UTC: leave it out"],
  ["SELECT", "a SELECT goes into a view: CREATE VIEW … AS SELECT …"],
  ["WITH", "a SELECT goes into a view: CREATE VIEW … AS WITH …"],
  ["TABLE", "a SELECT goes into a view: CREATE VIEW … AS SELECT …"],
  ["VALUES", ROWS],
  ["RENAME", "write ALTER TABLE … RENAME TO …"],
  ["COMMENT", "write COMMENT '…' behind the column or table"],
  ...words("GRANT REVOKE", ACCOUNTS),
  ...words("UPDATE DELETE REPLACE TRUNCATE LOAD IMPORT HANDLER", ROWS),
  ...words("CALL DO BEGIN DECLARE IF", ROUTINES),
  ...words("PREPARE EXECUTE DEALLOCATE", PREPARED),
  ...words("START COMMIT ROLLBACK SAVEPOINT RELEASE LOCK UNLOCK XA", TRANSACTIONS),
  ...words(
    "INSTALL UNINSTALL SHUTDOWN RESTART KILL FLUSH RESET PURGE CHANGE STOP CLONE BINLOG CACHE BACKUP SHOW DESCRIBE DESC EXPLAIN HELP ANALYZE OPTIMIZE CHECK CHECKSUM REPAIR SIGNAL RESIGNAL GET",
    SERVER,
  ),
]);

/** What may stand instead of other things to CREATE, ALTER and DROP. */
const OBJECTS: ReadonlyMap<string, string> = new Map([
  ["TEMPORARY", "write CREATE TABLE: the tables of a file stay"],
  ["OR", "OR REPLACE is for views alone: write CREATE TABLE"],
  ["IGNORE", "leave out IGNORE"],
  ["ONLINE", "leave out ONLINE"],
  ["SPATIAL", "an index is UNIQUE, FULLTEXT or neither"],
  ["VIEW", "write CREATE OR REPLACE VIEW"],
  ...words("DATABASE SCHEMA", "the file runs in the model's own database"),
  ...words("USER ROLE", ACCOUNTS),
  ...words("PROCEDURE FUNCTION AGGREGATE PACKAGE EVENT TRIGGER", ROUTINES),
  ["SEQUENCE", "write AUTO_INCREMENT at the column"],
  ...words("SERVER TABLESPACE UNDO LOGFILE RESOURCE INSTANCE", SERVER),
]);

/** Throws that a statement may not be, by its first word, and what may be instead. */
export function notAllowed(reader: StatementReader): never {
  const { kind, text } = reader.ahead();
  const word = text.toUpperCase();
  const instead = kind === "word" ? INSTEAD.get(word) : undefined;
  if (instead !== undefined) reader.fail(`${word} is not for a model's .sql: ${instead}`);
  reader.unexpected(`a statement begins with ${ALLOWED}`);
}

/** Throws that this is nothing to CREATE, ALTER or DROP, and what may be instead. */
export function instead(reader: StatementReader, verb: string, allowed: string): never {
  const { kind, text } = reader.ahead();
  const found = kind === "word" ? OBJECTS.get(text.toUpperCase()) : undefined;
  if (found === undefined) reader.unexpected(`${verb} is for ${allowed} alone`);
  reader.fail(`${verb} ${text.toUpperCase()} is not for a model's .sql: ${found}`);
}

function words(text: string, reason: string): readonly (readonly [string, string])[] {
  return text.split(" ").map((word) => [word, reason] as const);
}

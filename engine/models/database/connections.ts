import { randomBytes } from "node:crypto";
import { secret } from "../../define/setting.ts";
import { MYSQL_URL } from "../../datasets/database.ts";
import type { ConnectionPool, connectionPool } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";
import { secretLock } from "../../mysql/secret-lock.ts";
import type { Settings } from "../../settings/settings.ts";

/** The server on which the models' databases live: an administrator's URL. Where it is not set, {@link MYSQL_URL}'s. */
export const MODELS_URL = secret("CAUDAL_MODELS_URL");

/** Opens a pool: {@link connectionPool}, or what a test puts in its place. */
export type Connect = typeof connectionPool;

/** A user that exists for one upload. */
export interface UploadUser {
  readonly name: string;
  readonly password: string;
}

/** How long a connection waits for a row or a table that another has, in seconds. */
const LOCK_WAIT_S = 10;
/** For a statement of the administrator's, in milliseconds. */
const ADMIN_MS = 120_000;
/** The character set and collation of models' databases, and of literals in their views. In MySQL and MariaDB alike. */
const TEXT = { set: "utf8mb4", collation: "utf8mb4_unicode_520_ci" };

/** Strict, so that nothing is cut short; names in backticks; what is 0 stays 0; times are UTC. */
const SESSION = [
  `SET NAMES ${TEXT.set} COLLATE ${TEXT.collation}`,
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', " +
    `time_zone = '+00:00', sql_quote_show_create = 1, innodb_lock_wait_timeout = ${LOCK_WAIT_S}, lock_wait_timeout = ${LOCK_WAIT_S}`,
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** Connections to the models' server. */
export interface Connections {
  /** The administrator's. */
  readonly admin: ConnectionPool;
  /** One connection of an upload's user, in a database, whose statements may take so many milliseconds each. */
  as(user: UploadUser, database: string, statementMs: number): ConnectionPool;
  /** The name of a model's lock: see withModelLock. */
  lockOf(model: string): string;
  /** The address at which a user finds a database. */
  addressOf(user: string, password: string, database: string): string;
}

/** Connections to the server that the settings name; throws a MissingSettingError or an InvalidSettingError. */
export function modelConnections(settings: Settings, connect: Connect): Connections {
  const setting = settings.missing([MODELS_URL]).length === 0 ? MODELS_URL : MYSQL_URL;
  const url = settings.value(setting);
  const admin = connect(setting, url, { session: SESSION, statementMs: ADMIN_MS });
  return {
    admin,
    as({ name, password }, database, statementMs) {
      const own = new URL(url);
      own.username = name;
      own.password = password;
      // MariaDB itself ends what takes too long, even when nobody is there to ask for it; MySQL reads a comment.
      const limit = `SET SESSION sql_auto_is_null = 0 /*M! , max_statement_time = ${Math.ceil(statementMs / 1000)} */`;
      const session = [...SESSION, limit, `USE ${quoted(database)}`];
      return connect(setting, own.href, { session, connections: 1, statementMs: statementMs + 2_000 });
    },
    lockOf: (model) => secretLock(url, model),
    addressOf(user, password, database) {
      const { hostname, port } = new URL(url);
      return `mysql://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${hostname}:${port || "3306"}/${database}`;
    },
  };
}

/** What makes a database of a model's, scratch ones among them. */
export function createDatabase(name: string): string {
  return `CREATE DATABASE IF NOT EXISTS ${quoted(name)} CHARACTER SET ${TEXT.set} COLLATE ${TEXT.collation}`;
}

/** A password of 192 random bits. */
export function newPassword(): string {
  return randomBytes(24).toString("base64url");
}

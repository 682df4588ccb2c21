import mysql, { type PoolConnection, type PoolOptions } from "mysql2/promise";
import type { Setting } from "../../engine/define/index.ts";
import { InvalidSettingError } from "../../engine/errors/invalid-setting-error.ts";
import { leavesConnectionSound } from "./verdict.ts";

/** A value of a statement's `?`; a list fills `IN (?)`, a list of lists `VALUES ?`. */
export type Parameter = string | number | null | readonly Parameter[];

/** A connection as the rest of this folder uses it. */
export interface Connection {
  /** Runs a statement and returns its rows, none for one that yields none. Every `?` takes one value. */
  query(sql: string, values?: readonly Parameter[]): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

/** Connections to one server. */
export interface ConnectionPool {
  /** Lends a connection. It is dropped rather than used again when it is out of step after an error. */
  use<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  /** Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Most connections at once. */
const LIMIT = 8;
/** To connect, in milliseconds. */
const CONNECT_MS = 10_000;
/** For one statement, in milliseconds; longer than it may wait for a lock, shorter than an attempt takes. */
const STATEMENT_MS = 20_000;

/**
 * What deliveries rely on, whatever the server's own settings: a value that does not fit is an error, times are UTC,
 * a lock does not hold up a whole attempt, and rows that are not there are not locked.
 */
const SESSION = [
  "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', " +
    "time_zone = '+00:00', innodb_lock_wait_timeout = 3",
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** Opens a pool on the server that `url` names; connects at first use. Throws an InvalidSettingError on a bad URL. */
export function connectionPool(setting: Setting, url: string): ConnectionPool {
  const pool = mysql.createPool(poolOptions(setting, url));
  const ready = new WeakSet<object>();

  const use = async <T>(work: (connection: Connection) => Promise<T>): Promise<T> => {
    const raw = await pool.getConnection();
    const connection = wrap(raw);
    try {
      if (!ready.has(raw.connection)) {
        for (const statement of SESSION) await connection.query(statement);
        ready.add(raw.connection);
      }
      const result = await work(connection);
      raw.release();
      return result;
    } catch (error) {
      if (leavesConnectionSound(error)) raw.release();
      else raw.destroy();
      throw error;
    }
  };

  return {
    use,
    transaction: (work) =>
      use(async (connection) => {
        await connection.query("START TRANSACTION");
        try {
          const result = await work(connection);
          await connection.query("COMMIT");
          return result;
        } catch (error) {
          // When even this fails, its error says that the connection is out of step, and it is dropped.
          if (leavesConnectionSound(error)) await connection.query("ROLLBACK");
          throw error;
        }
      }),
    close: () => pool.end(),
  };
}

function wrap(raw: PoolConnection): Connection {
  return {
    async query(sql, values = []) {
      const [rows] = await raw.query({ sql, values: [...values], timeout: STATEMENT_MS });
      return Array.isArray(rows) ? (rows as Record<string, unknown>[]) : [];
    },
  };
}

function poolOptions(setting: Setting, text: string): PoolOptions {
  const url = URL.parse(text);
  const [user, password] = [decoded(url?.username), decoded(url?.password)];
  const fits = url && /^(mysql|mariadb):$/.test(url.protocol) && url.hostname !== "";
  if (!fits || user === undefined || password === undefined) {
    throw new InvalidSettingError(setting.name, "is no URL like mysql://user:password@host:3306");
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 3306),
    user,
    password,
    // The certificate is always checked, against the authorities that Node knows.
    ...(/^(true|1)$/.test(url.searchParams.get("ssl") ?? "") ? { ssl: { minVersion: "TLSv1.2" } } : {}),
    charset: "utf8mb4",
    timezone: "Z",
    supportBigNumbers: true,
    connectTimeout: CONNECT_MS,
    connectionLimit: LIMIT,
    idleTimeout: 60_000,
  };
}

function decoded(part = ""): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

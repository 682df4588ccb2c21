import type { Readable } from "node:stream";
import type { Connection as CallbackConnection } from "mysql2";
import mysql, { type PoolConnection, type PoolOptions, type ResultSetHeader } from "mysql2/promise";
import type { Setting } from "../define/index.ts";
import { InvalidSettingError } from "../errors/invalid-setting-error.ts";
import { leavesConnectionSound } from "./errors.ts";

/** A value of a statement's `?`; a list fills `IN (?)`, a list of lists `VALUES ?`. */
export type Parameter = string | number | null | readonly Parameter[];

/** A row as the driver gives it. */
export type Row = Readonly<Record<string, unknown>>;

/** A connection as everything of ours uses it. Every `?` of a statement takes one value. */
export interface Connection {
  /** Runs a statement and returns its rows, none for one that yields none. */
  query(sql: string, values?: readonly Parameter[]): Promise<readonly Row[]>;
}

/** A connection of a pool, with what only some need. */
export interface FullConnection extends Connection {
  /** Runs a statement that writes; how many rows it touched, and how many warnings it left. */
  write(sql: string, values?: readonly Parameter[]): Promise<Written>;
  /** Runs a `LOAD DATA LOCAL INFILE`, whose file is what `open` gives. */
  load(sql: string, open: () => Readable): Promise<Written>;
  /** The rows of a statement one by one, as they come; leaving early ends the statement by dropping the connection. */
  rows(sql: string, values?: readonly Parameter[]): AsyncIterable<Row>;
}

/** What a statement did. */
export interface Written {
  readonly rows: number;
  readonly warnings: number;
}

/** Connections to one server. */
export interface ConnectionPool {
  /** Lends a connection. It is dropped rather than used again when it is out of step after an error. */
  use<T>(work: (connection: FullConnection) => Promise<T>): Promise<T>;
  /** Runs `work` in a transaction: committed when it resolves, rolled back when it rejects. */
  transaction<T>(work: (connection: FullConnection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** What a pool may be told. */
export interface PoolUse {
  /** Most connections at once. Default 8. */
  readonly connections?: number;
  /** For one statement, in milliseconds. Default 20 000: longer than it may wait for a lock, shorter than an attempt. */
  readonly statementMs?: number;
  /** Statements that each connection runs first. Default: what deliveries rely on. */
  readonly session?: readonly string[];
}

/** To connect, in milliseconds. */
const CONNECT_MS = 10_000;

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
export function connectionPool(
  setting: Setting,
  url: string,
  { connections = 8, statementMs = 20_000, session = SESSION }: PoolUse = {},
): ConnectionPool {
  const pool = mysql.createPool({ ...poolOptions(setting, url), connectionLimit: connections });
  const ready = new WeakSet<object>();

  const use = async <T>(work: (connection: FullConnection) => Promise<T>): Promise<T> => {
    const raw = await pool.getConnection();
    const connection = wrap(raw, statementMs);
    try {
      if (!ready.has(raw.connection)) {
        for (const statement of session) await connection.query(statement);
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

function wrap(raw: PoolConnection, timeout: number): FullConnection {
  const written = (header: unknown): Written => {
    const { affectedRows, warningStatus } = header as ResultSetHeader;
    return { rows: affectedRows, warnings: warningStatus };
  };
  return {
    async query(sql, values = []) {
      const [rows] = await raw.query({ sql, values: [...values], timeout });
      return Array.isArray(rows) ? (rows as Row[]) : [];
    },
    async write(sql, values = []) {
      const [header] = await raw.query({ sql, values: [...values], timeout });
      return written(header);
    },
    async load(sql, open) {
      const [header] = await raw.query({ sql, timeout, infileStreamFactory: open });
      return written(header);
    },
    async *rows(sql, values = []) {
      let ended = false;
      try {
        const callbacks = raw.connection as unknown as CallbackConnection;
        const rows = callbacks.query({ sql, values: [...values], timeout }).stream();
        for await (const row of rows) yield row as Row;
        ended = true;
      } finally {
        if (!ended) raw.destroy();
      }
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

import { secret, type Setting } from "../define/setting.ts";
import { type ConnectionPool, connectionPool } from "../mysql/pool.ts";
import { secretLock } from "../mysql/secret-lock.ts";
import type { Settings } from "../settings/settings.ts";
import { DATASETS } from "./dataset.ts";
import { SYSTEM_TABLES } from "./system-tables.ts";

/** The server of the MySQL integrations, on which the datasets live unless {@link DATASETS_URL} names another. */
export const MYSQL_URL = secret("MYSQL_URL");
export const DATASETS_URL = secret("CAUDAL_DATASETS_URL");

/** The database of the datasets. */
export interface DatasetDatabase {
  /** For short statements; where one takes longer than 20 seconds it fails. */
  pool(): Promise<ConnectionPool>;
  /** For statements that take what they take: loads, swaps, indexes, profiles. */
  patientPool(): Promise<ConnectionPool>;
  /** The name of a table's lock, which nobody else can know: see oneAtATime. Throws a MissingSettingError. */
  lockName(table: string): string;
  close(): Promise<void>;
}

/** How long a connection waits for a row or a table that another has, in seconds. */
export const LOCK_WAIT_S = 10;

/**
 * Byte by byte is how values are kept and compared; what does not fit fails. Times are UTC. A generated column of a
 * value that it cannot read is NULL, with a warning: that must not fail a row. Backslashes escape, as the driver takes
 * for granted where it fills in values.
 */
const SESSION = [
  "SET NAMES utf8mb4 COLLATE utf8mb4_bin",
  `SET SESSION sql_mode = 'NO_ENGINE_SUBSTITUTION', time_zone = '+00:00', innodb_lock_wait_timeout = ${LOCK_WAIT_S}, lock_wait_timeout = ${LOCK_WAIT_S}`,
  "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
];

/** How long an index or a swap of a large table may take, in milliseconds. */
const PATIENCE_MS = 25 * 60_000;
const PATIENT_CONNECTIONS = 14;

/**
 * Opens the datasets' database on the server that the settings name; connects at first use, and makes the database and
 * the tables of our own where they are missing. Both pools throw a MissingSettingError or an InvalidSettingError.
 */
export function openDatabase(settings: Settings): DatasetDatabase {
  let opened: { quick: ConnectionPool; patient: ConnectionPool } | undefined;
  let prepared: Promise<void> | undefined;
  const address = (): { setting: Setting; url: string } => {
    const setting = settings.missing([DATASETS_URL]).length === 0 ? DATASETS_URL : MYSQL_URL;
    return { setting, url: settings.value(setting) };
  };
  const open = (): { quick: ConnectionPool; patient: ConnectionPool } => {
    if (opened) return opened;
    const { setting, url } = address();
    opened = {
      quick: connectionPool(setting, url, { session: SESSION }),
      // Loads of parts, and finishes that hold several, at a time: see load/loading.ts.
      patient: connectionPool(setting, url, {
        session: SESSION,
        statementMs: PATIENCE_MS,
        connections: PATIENT_CONNECTIONS,
      }),
    };
    return opened;
  };
  const prepare = async (): Promise<void> => {
    prepared ??= open().quick.use(async (connection) => {
      await connection.query(`CREATE DATABASE IF NOT EXISTS \`${DATASETS}\` CHARACTER SET utf8mb4`);
      for (const statement of SYSTEM_TABLES) await connection.query(statement);
    });
    try {
      await prepared;
    } catch (error) {
      prepared = undefined;
      throw error;
    }
  };
  return {
    async pool() {
      await prepare();
      return open().quick;
    },
    async patientPool() {
      await prepare();
      return open().patient;
    },
    // Business models on the same server have locks of their own, each under its id.
    lockName: (table) => secretLock(address().url, `${DATASETS}.${table}`),
    async close() {
      await Promise.all([opened?.quick.close(), opened?.patient.close()]);
    },
  };
}

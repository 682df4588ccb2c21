import { randomBytes } from "node:crypto";
import mysql, { type Connection } from "mysql2/promise";
import { afterAll, beforeAll, beforeEach, onTestFinished } from "vitest";
import { z } from "zod";
import {
  defineMysqlIntegration,
  type MysqlIntegrationOptions,
  type MysqlTablesOptions,
} from "../../connectors/mysql/integration.ts";
import {
  type Attempt,
  type DataOf,
  defineDocument,
  type Destination,
  secret,
} from "../../engine/define/index.ts";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import { mysqlServer, type MysqlServer } from "./mysql-server.ts";

/** A small document with every kind of value. */
export const person = defineDocument("person", {
  id: ["number"],
  schema: z.strictObject({
    identity: z.strictObject({ number: z.string() }),
    contact: z.strictObject({ email: z.string() }).optional(),
    sums: z
      .strictObject({ total: z.string(), orders: z.int(), last: z.string(), gold: z.boolean() })
      .optional(),
    phones: z.array(z.strictObject({ number: z.string(), kind: z.string() })).optional(),
  }),
});
/** The columns of a table of people. */
export type Columns = MysqlIntegrationOptions<typeof person>["columns"];

/** One column. */
export const EMAIL: Columns = ({ text }) => ({ email: text(100, (c) => c.contact?.email) });
/** A database of this test file's own. */
export const database = `caudal_test_${randomBytes(6).toString("hex")}`;
let server: MysqlServer;
let admin: Connection;
let url: string;

/** The administrator's connection. */
export const administrator = (): Connection => admin;

/** The address that destinations connect to, for the length of this test another one. */
export function connectTo(another: string): void {
  const sound = url;
  url = another;
  onTestFinished(() => {
    url = sound;
  });
}

/** Lets destinations connect, for the length of this test, as a user of their own with rights on the test's database alone. */
export async function connectAsUser(): Promise<string> {
  const user = `c_${randomBytes(5).toString("hex")}`;
  onTestFinished(async () => {
    await admin.query(`DROP USER IF EXISTS ${user}`);
  });
  await admin.query(`CREATE USER ${user} IDENTIFIED BY 'p:/@w%'`);
  await admin.query(`GRANT ALL ON ${database}.* TO ${user}`);
  const address = new URL(server.url);
  address.username = user;
  address.password = encodeURIComponent("p:/@w%");
  connectTo(address.href);
  return user;
}

/** The address of the server, with the administrator's password. */
export const serverUrl = (): string => server.url;

beforeAll(async () => {
  server = await mysqlServer();
  url = server.url;
  admin = await mysql.createConnection({ uri: url, timezone: "Z" });
});
beforeEach(async () => {
  await admin.query(`DROP DATABASE IF EXISTS ${database}`);
});
afterAll(async () => {
  await admin?.query(`DROP DATABASE IF EXISTS ${database}`);
  await admin?.end();
  await server?.stop();
});

/** A destination as one host has it, closed with the test. */
export function destinationOf(columns: Columns = EMAIL, table = "people"): Destination {
  const options = { name: "people", on: person, database, table, columns, url: secret("TEST_MYSQL_URL") };
  const { destination } = defineMysqlIntegration(options);
  onTestFinished(() => destination.close?.());
  return destination;
}

/** A destination with several tables, made, and closed with the test. */
export async function preparedTables(
  tables: MysqlTablesOptions<typeof person>["tables"],
): Promise<Destination> {
  const options = { name: "people", on: person, database, url: secret("TEST_MYSQL_URL") };
  const { destination } = defineMysqlIntegration({ ...options, tables });
  onTestFinished(() => destination.close?.());
  await destination.prepare?.(context());
  return destination;
}

/** What the engine gives with each call. */
export const context = (): Parameters<Destination["deliver"]>[1] => ({
  value: () => url,
  secrets: { fresh: (_name, _isFresh, renew) => renew(undefined) },
  signal: new AbortController().signal,
});

/** A destination whose database and table are made. */
export async function prepared(columns?: Columns, table?: string): Promise<Destination> {
  const destination = destinationOf(columns, table);
  await destination.prepare?.(context());
  return destination;
}

/** Delivers a version: a document with this e-mail address, or (null) a removal. */
export function deliver(
  to: Destination,
  id: string,
  version: number,
  email: string | null,
): Promise<Attempt> {
  const data = email === null ? undefined : { identity: { number: id }, contact: { email } };
  return deliverPerson(to, id, version, data);
}

/** Delivers a version: this document, or (undefined) a removal; `again`: as a resync does. */
export function deliverPerson(
  to: Destination,
  id: string,
  version: number,
  data: DataOf<typeof person> | undefined,
  { again = false } = {},
): Promise<Attempt> {
  const snapshot = { key: `person|${id}`, entity: "person", id, version, data: data as never, known: false };
  return to.deliver({ ...snapshot, ...(again ? { again: "run-1" } : {}) }, context());
}

/** What the administrator sees. */
export async function query<T = Record<string, unknown>>(sql: string, values: unknown[] = []): Promise<T[]> {
  const [rows] = await admin.query(sql, values);
  return rows as T[];
}

/** Every row as `id version email`. */
export async function people(): Promise<string[]> {
  const rows = await query(
    `SELECT CONCAT_WS(' ', id, version, email) AS row_text FROM ${database}.people ORDER BY id`,
  );
  return rows.map((row) => String(row["row_text"]));
}

/** How deliveries ended: `delivered`, `stands` (that version or a newer one), `failed` for good, or to come `again`. */
export const kinds = async (attempts: readonly Promise<Attempt>[]): Promise<string[]> =>
  (await Promise.allSettled(attempts)).map((outcome) => {
    if (outcome.status === "fulfilled") return outcome.value.reason ? "stands" : outcome.value.status;
    return outcome.reason instanceof PermanentError
      ? "failed"
      : outcome.reason instanceof RetryableError
        ? "again"
        : String(outcome.reason);
  });

/** A connection of somebody else. */
export async function other(): Promise<Connection> {
  const connection = await mysql.createConnection({ uri: url });
  onTestFinished(() => connection.destroy());
  return connection;
}

/** InnoDB renews its view of transactions only when nobody looked for 100 ms; a lock is waited for 3 s. */
export const POLL = { interval: 200, timeout: 2_800 };

/** Threads that wait for a lock. */
export async function waiting(): Promise<number[]> {
  const rows = await query<{ thread: number }>(
    "SELECT trx_mysql_thread_id AS thread FROM information_schema.innodb_trx " +
      "WHERE trx_state = 'LOCK WAIT' AND trx_query LIKE ?",
    [`%${database}%`],
  );
  return rows.map(({ thread }) => thread);
}

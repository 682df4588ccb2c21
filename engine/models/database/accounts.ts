import { setTimeout as sleep } from "node:timers/promises";
import { UnavailableError } from "../../errors/unavailable-error.ts";
import { numberOf } from "../../mysql/errors.ts";
import type { Connection } from "../../mysql/pool.ts";
import { quoted } from "../../mysql/quoted.ts";

/** What somebody may do in a database: never more than is listed here. */
const RIGHTS = {
  job: "SELECT, INSERT, UPDATE, DELETE",
  reader: "SELECT, SHOW VIEW",
  upload: "SELECT, INSERT, CREATE, ALTER, DROP, INDEX, REFERENCES, CREATE VIEW, SHOW VIEW",
};

/** Connections that a user may have at once. */
const MOST_CONNECTIONS = 5;
/** For a user's connections to end once they are told to, in milliseconds. */
const END_MS = 30_000;
/** ER_NO_SUCH_THREAD: a connection that ended by itself. */
const NO_SUCH_THREAD = 1094;

/** Makes a user who may come in from anywhere and do nothing yet; one that is there gets the password. */
export async function putAccount(
  admin: Connection,
  name: string,
  { password, tls = false }: { readonly password: string; readonly tls?: boolean },
): Promise<void> {
  const rest = `IDENTIFIED BY ? REQUIRE ${tls ? "SSL" : "NONE"} WITH MAX_USER_CONNECTIONS ${MOST_CONNECTIONS}`;
  await admin.query(`CREATE USER IF NOT EXISTS ?@'%' ${rest}`, [name, password]);
  await admin.query(`ALTER USER ?@'%' ${rest}`, [name, password]);
}

/** Gives a user rights in one database, beside what it has. */
export async function grant(
  admin: Connection,
  name: string,
  database: string,
  right: keyof typeof RIGHTS,
): Promise<void> {
  await admin.query(`GRANT ${RIGHTS[right]} ON ${await pattern(admin, database)}.* TO ?@'%'`, [name]);
}

/**
 * A database's name as a GRANT has to have it: `_` stands for any character there and must be told not to, but where
 * rights can be taken back in part it stands for itself.
 * @see https://dev.mysql.com/doc/refman/8.4/en/grant.html#grant-quoting
 */
async function pattern(admin: Connection, database: string): Promise<string> {
  const [row] = await admin.query("SHOW GLOBAL VARIABLES LIKE 'partial\\_revokes'");
  return quoted(row?.["Value"] === "ON" ? database : database.replaceAll(/[_%\\]/g, String.raw`\$&`));
}

/** Takes from a job's user the right to add and alter rows, until it is granted again; one that lacks it is no error. */
export async function stopWriting(admin: Connection, name: string, database: string): Promise<void> {
  await admin.query(`REVOKE INSERT, UPDATE ON ${await pattern(admin, database)}.* FROM ?@'%'`, [name]);
  // A session goes on with the rights that it had when it chose its database.
  await endConnections(admin, name);
}

/** Drops a user and ends its connections; resolves when they are gone. None of that name is no error. */
export async function dropAccount(admin: Connection, name: string): Promise<void> {
  await admin.query("DROP USER IF EXISTS ?@'%'", [name]);
  await endConnections(admin, name);
}

async function endConnections(admin: Connection, name: string): Promise<void> {
  for (const until = Date.now() + END_MS; ; await sleep(20)) {
    const running = await admin.query("SELECT id FROM information_schema.processlist WHERE user = ?", [name]);
    if (running.length === 0) return;
    if (Date.now() > until) throw new UnavailableError(`MySQL: connections of ${name} do not end`);
    for (const row of running) await endConnection(admin, Number(Object.values(row)[0]));
  }
}

async function endConnection(admin: Connection, id: number): Promise<void> {
  try {
    await admin.query(`KILL ${id}`);
  } catch (error) {
    if (numberOf(error) !== NO_SUCH_THREAD) throw error;
  }
}

/** Names of users that are LIKE that, `_` in it escaped. */
export async function accountsLike(admin: Connection, like: string): Promise<readonly string[]> {
  const rows = await admin.query("SELECT User AS name FROM mysql.user WHERE Host = '%' AND User LIKE ?", [
    like,
  ]);
  return rows.map(({ name }) => String(name));
}

/**
 * Whether the server takes encrypted connections. MariaDB says so in a variable that MySQL 8.4 has no more.
 * @see https://mariadb.com/kb/en/ssltls-system-variables/#have_ssl
 * @see https://dev.mysql.com/doc/refman/8.4/en/performance-schema-tls-channel-status-table.html
 */
export async function takesTls(admin: Connection): Promise<boolean> {
  const [version] = await admin.query("SELECT VERSION() AS version");
  if (/mariadb/i.test(String(version?.["version"]))) {
    const [row] = await admin.query("SHOW GLOBAL VARIABLES LIKE 'have\\_ssl'");
    return row?.["Value"] === "YES";
  }
  const [row] = await admin.query(
    "SELECT value AS enabled FROM performance_schema.tls_channel_status WHERE channel = 'mysql_main' AND property = 'Enabled'",
  );
  return row?.["enabled"] === "Yes";
}

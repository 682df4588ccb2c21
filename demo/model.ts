import mysql, { type Connection } from "mysql2/promise";

/** A row of `caudal_customer_360`.`customers`. */
export interface ModelRow {
  readonly id: string;
  readonly [column: string]: unknown;
}

const DATABASE = "caudal_customer_360";
const NOT_THERE = ["ER_BAD_DB_ERROR", "ER_NO_SUCH_TABLE"];

/**
 * Makes sure that the business model is the demo's own. Throws when the server, which then is one that `MYSQL_URL`
 * names, has it already: the rows in it are somebody's, and versions of an earlier day would stand against this one's.
 */
export async function claimModel(url: string): Promise<void> {
  const found = await connected(url, (connection) => connection.query("SHOW DATABASES LIKE ?", [DATABASE]));
  if ((found[0] as unknown[]).length > 0) {
    throw new Error(
      `The server that MYSQL_URL names has a database ${DATABASE} already, which the demo would write to. ` +
        "Unset MYSQL_URL, name another server, or drop that database.",
    );
  }
}

/** Removes the business model from a server that outlives the demo. */
export async function dropModel(url: string): Promise<void> {
  await connected(url, (connection) => connection.query(`DROP DATABASE IF EXISTS \`${DATABASE}\``));
}

/**
 * Reads the business model as a BI tool would: `url` is the server's, with a user who may read it. No rows where the
 * database or the table is not there, because nothing was ever delivered.
 */
export async function readModel(url: string): Promise<ModelRow[]> {
  try {
    const [rows] = await connected(url, (connection) =>
      connection.query(`SELECT * FROM \`${DATABASE}\`.\`customers\``),
    );
    return (rows as Record<string, unknown>[]).map((row) => ({ ...row, id: String(row["id"]) }));
  } catch (error) {
    const missing = error instanceof Error && "code" in error && NOT_THERE.includes(String(error.code));
    if (missing) return [];
    throw error;
  }
}

async function connected<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await mysql.createConnection({ uri: url, dateStrings: true, charset: "utf8mb4" });
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}

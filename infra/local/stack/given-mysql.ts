import { createConnection } from "mysql2/promise";

const connectMs = 5000;

/**
 * Asks the MySQL server that MYSQL_URL names whether it lets us in, so that a wrong address shows at the start and
 * not at the first delivery. Rejects with what is wrong; the URL's password is not shown.
 */
export async function checkGivenMysql(uri: string): Promise<void> {
  const url = URL.parse(uri);
  if (url === null || !/^(mysql|mariadb):$/.test(url.protocol)) {
    throw new Error("MYSQL_URL is no URL like mysql://user:password@host:3306");
  }
  try {
    const connection = await createConnection({ uri, connectTimeout: connectMs });
    await connection.end();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(`MYSQL_URL: ${url.host} does not let us in (${message || code})`, { cause: error });
  }
}

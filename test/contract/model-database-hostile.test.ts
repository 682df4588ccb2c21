import { existsSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Connections, modelConnections } from "../../engine/models/database/connections.ts";
import { dropScratch, makeScratch } from "../../engine/models/database/scratch.ts";
import { connectionPool } from "../../engine/mysql/pool.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { HOSTILE_SQL } from "../fixtures/hostile-sql.ts";
import { type ModelDesk, openModelDesk } from "./model-database-desk.ts";
import { type PrivateMysqlServer, privateMysqlServer } from "./mysql-server.ts";

// A server of its own: what is looked at is all of it.
let mysql: PrivateMysqlServer;
beforeAll(async () => {
  mysql = await privateMysqlServer();
});
afterAll(() => mysql.stop());

/** What files could hold that nobody had read before. `victim` is a database of somebody else's. */
const HOSTILE = `
USE victim; DROP TABLE secrets
DROP DATABASE victim
INSERT INTO victim.secrets VALUES (2)
CREATE TABLE mine AS SELECT * FROM victim.secrets
CREATE TABLE mine LIKE victim.secrets
CREATE VIEW mine AS SELECT * FROM victim.secrets
CREATE SQL SECURITY DEFINER VIEW mine AS SELECT * FROM mysql.user
CREATE DEFINER='root'@'127.0.0.1' VIEW mine AS SELECT * FROM mysql.user
CREATE TABLE mine (a INT, FOREIGN KEY (a) REFERENCES victim.secrets (id) ON DELETE CASCADE)
CREATE TABLE victim.mine (a INT)
CREATE TABLE mine (a INT); ALTER TABLE mine RENAME TO victim.mine
CREATE TABLE mine (a INT); RENAME TABLE mine TO victim.mine
CREATE TABLE mine (a INT) DATA DIRECTORY='/tmp/caudal-hostile'
CREATE TABLE mine (a INT) ENGINE=FEDERATED CONNECTION='mysql://root@127.0.0.1/victim/secrets'
CREATE TABLE mine (a INT) ENGINE=MERGE UNION=(victim.secrets) INSERT_METHOD=LAST; DELETE FROM mine
GRANT ALL ON *.* TO CURRENT_USER()
GRANT SELECT ON victim.* TO CURRENT_USER()
CREATE USER evil; DROP USER root@localhost; SET PASSWORD FOR root@localhost = PASSWORD('x')
ALTER USER CURRENT_USER() WITH MAX_USER_CONNECTIONS 0
SET GLOBAL max_connections = 1
SET GLOBAL general_log_file = '/tmp/caudal-hostile.log'; SET GLOBAL general_log = 1
SET PERSIST max_connections = 1
/*!50000 SET GLOBAL max_connections = 1 */
/*M! DROP DATABASE victim */
CREATE PROCEDURE p() DROP DATABASE victim; CALL p()
CREATE FUNCTION f() RETURNS INT RETURN 1
CREATE TABLE mine (a INT); CREATE TRIGGER t BEFORE INSERT ON mine FOR EACH ROW DELETE FROM victim.secrets; INSERT INTO mine VALUES (1)
CREATE EVENT e ON SCHEDULE EVERY 1 SECOND DO DELETE FROM victim.secrets
CREATE FUNCTION sys_exec RETURNS INTEGER SONAME 'lib_mysqludf_sys.so'
INSTALL PLUGIN evil SONAME 'evil.so'
CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST '127.0.0.1')
SELECT 1 INTO OUTFILE '/tmp/caudal-hostile.txt'
LOAD DATA INFILE '/etc/passwd' INTO TABLE victim.secrets
CREATE TABLE mine (a TEXT); LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE mine
SELECT LOAD_FILE('/etc/passwd')
SELECT SLEEP(1000)
SELECT BENCHMARK(100000000000, SHA2('a', 512))
KILL 1; SHUTDOWN; FLUSH TABLES WITH READ LOCK
LOCK TABLES victim.secrets WRITE
CREATE TEMPORARY TABLE mine (a INT)
PREPARE s FROM 'DROP DATABASE victim'; EXECUTE s
DO RELEASE_ALL_LOCKS(); HANDLER victim.secrets OPEN
UPDATE victim.secrets SET id = 9; DELETE FROM victim.secrets; TRUNCATE victim.secrets
CREATE DATABASE mine; CREATE SCHEMA caudal_models_too; CREATE DATABASE caudal_scratch_x
CREATE ROLE evil; SET ROLE ALL; REVOKE ALL ON *.* FROM root@localhost
`
  .trim()
  .split("\n");

/** Files that are run one after the other before it is looked at what they did. */
const GROUP = 20;

describe("files that nobody looked through, run by an upload's user", () => {
  // Of 8,000 partitions each is a file: they are made in a minute that no server interrupts.
  const files = [...HOSTILE, ...HOSTILE_SQL.map(({ sql }) => sql.replace("PARTITIONS 8000", "PARTITIONS 8"))];
  const groups = Array.from({ length: Math.ceil(files.length / GROUP) }, (_, at) =>
    files.slice(at * GROUP, (at + 1) * GROUP),
  );
  let desk: ModelDesk;
  let connections: Connections;
  beforeEach(async () => {
    desk = await openModelDesk(mysql.url);
    connections = modelConnections(createSettings({ MYSQL_URL: mysql.url }, []), connectionPool);
    await desk.apply("CREATE TABLE t (a INT)");
    await desk.sql("CREATE DATABASE victim");
    await desk.sql("CREATE TABLE victim.secrets (id INT PRIMARY KEY) AS SELECT 1 AS id");
  });
  afterEach(async () => {
    await connections.admin.close();
    await desk.sql("DROP DATABASE IF EXISTS victim");
  });

  /** All that the server has, scratch databases and their users left out when there are none. */
  const all = async (): Promise<unknown> => ({
    databases: await desk.sql("SHOW DATABASES"),
    tables: await desk.sql(
      "SELECT table_schema, table_name, create_time FROM information_schema.tables WHERE table_schema <> 'information_schema' ORDER BY 1, 2",
    ),
    rows: await desk.sql("SELECT * FROM victim.secrets"),
    model: await desk.shown(),
    accounts: await desk.sql("SELECT User, Host, authentication_string FROM mysql.user ORDER BY 1, 2"),
    rights: await desk.sql("SELECT * FROM mysql.db ORDER BY Host, Db, User"),
    routines: await desk.sql("SELECT routine_schema, routine_name FROM information_schema.routines"),
    events: await desk.sql("SELECT event_name FROM information_schema.events"),
    servers: await desk.sql("SELECT * FROM mysql.servers"),
    globals: await desk.sql("SHOW GLOBAL VARIABLES WHERE Variable_name NOT LIKE 'gtid%'"),
  });

  async function run(file: string): Promise<void> {
    const scratch = await connections.admin.use((admin) => makeScratch(admin, desk.place.model));
    const pool = connections.as(scratch.user, scratch.database, 500);
    for (const statement of file.split(";")) {
      // Whether the server refuses it is not what counts: some of it is harmless where it runs.
      await pool.use((connection) => connection.query(statement)).catch(() => undefined);
    }
    await pool.close();
    await connections.admin.use((admin) => dropScratch(admin, scratch));
  }

  it.each(groups.map((group, at) => ({ from: at * GROUP + 1, group })))(
    "alter nothing outside (from file $from on)",
    { timeout: 240_000 },
    async ({ group }) => {
      const before = await all();
      for (const file of group) await run(file);
      expect(await all()).toEqual(before);
      expect(existsSync("/tmp/caudal-hostile.txt")).toBe(false);
    },
  );
});

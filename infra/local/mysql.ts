// A private MySQL server on this machine: node infra/local/mysql.ts --port N --data DIR
// Makes its data folder when needed, starts mariadbd or mysqld in it, and ends with it; ends it when it ends itself.
import type { ChildProcess } from "node:child_process";
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { createConnection } from "mysql2/promise";
import { prepareDataFolder, serverArguments } from "./mysql/data-folder.ts";
import { findMysql } from "./mysql/find.ts";
import { endStrayProcess } from "./stack/stray.ts";

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, data: { type: "string", default: ".local/mysql" } },
});
const password = process.env["CAUDAL_MYSQL_PASSWORD"] ?? "";
const data = path.resolve(values.data);
const folder = path.join(data, "data");
const pidFile = path.join(data, "server.pid");
const initFile = path.join(data, "accounts.sql");
// A socket's path may have 107 bytes at most, and the data folder's may be longer.
const socket = path.join(
  os.tmpdir(),
  `caudal-${createHash("sha256").update(data).digest("hex").slice(0, 16)}.sock`,
);

let server: ChildProcess | undefined;
process.on("disconnect", () => end(1));
process.on("SIGINT", () => end(0));
process.on("SIGTERM", () => end(0));

try {
  // A MariaDB that starts deletes the temporary tables of others in the folder that it shares with them.
  const temporary = path.join(data, "tmp");
  mkdirSync(temporary, { recursive: true });
  process.env["TMPDIR"] = temporary;
  await endStrayProcess(pidFile, folder);
  const found = findMysql((line) => process.stderr.write(`${line}\n`));
  prepareDataFolder(found, folder);
  writeFileSync(initFile, accounts(), { mode: 0o600 });
  const port = Number(values.port);
  const args = serverArguments(found, { folder, port, socket, pidFile, initFile });
  const [program, allArgs] = dyingWithParent(found.program, args);
  server = spawn(program, allArgs, { stdio: ["ignore", "inherit", "inherit"] });
  const gone = new Promise<never>((_, reject) => {
    server?.once("error", reject);
    server?.once("exit", (code, signal) => reject(new Error(`${found.program} ended (${signal ?? code})`)));
  });
  await Promise.race([answering(port), gone]);
  const ready = { port, pid: server.pid };
  process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
  process.send?.({ ready });
  await gone;
} catch (error) {
  process.stderr.write(`mysql: ${(error as Error).message}\n`);
  process.exitCode = 1;
  end(1);
}

/** Ends the server, waits for it, and exits; it is killed when it takes more than 10 s. */
function end(code: number): void {
  if (server === undefined || server.exitCode !== null || server.signalCode !== null) process.exit(code);
  server.removeAllListeners("exit").once("exit", () => process.exit(code));
  server.kill("SIGTERM");
  setTimeout(() => server?.kill("SIGKILL"), 10_000);
}

/** Linux ends the server with this process, however that ends. Elsewhere the next start ends a stray one. */
function dyingWithParent(program: string, args: string[]): [string, string[]] {
  const setpriv =
    process.platform === "linux" && spawnSync("setpriv", ["--pdeathsig", "KILL", "true"]).status === 0;
  return setpriv ? ["setpriv", ["--pdeathsig", "KILL", program, ...args]] : [program, args];
}

/** The administrator comes in over TCP with the password; nobody comes in without one. */
function accounts(): string {
  const secret = password.replaceAll(/['\\]/g, (character) => `\\${character}`);
  return [
    `CREATE USER IF NOT EXISTS 'root'@'127.0.0.1' IDENTIFIED BY '${secret}';`,
    `ALTER USER 'root'@'127.0.0.1' IDENTIFIED BY '${secret}';`,
    `GRANT ALL PRIVILEGES ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;`,
    `ALTER USER 'root'@'localhost' IDENTIFIED BY '${secret}';`,
    "FLUSH PRIVILEGES;\n",
  ].join("\n");
}

async function answering(port: number): Promise<void> {
  for (;;) {
    try {
      const connection = await createConnection({ host: "127.0.0.1", port, user: "root", password });
      await connection.query("SELECT 1");
      await connection.end();
      return;
    } catch {
      // Not yet; the race against the server's end bounds this loop.
      await sleep(50);
    }
  }
}

import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** A MySQL server for tests: the one that `MYSQL_URL` names, else a private one in a folder that goes with it. */
export interface MysqlServer {
  /** Of an administrator, over TCP. */
  readonly url: string;
  stop(): Promise<void>;
}

const SCRIPT = fileURLToPath(new URL("../../infra/local/mysql.ts", import.meta.url));

/** Starts, or finds, a server. Rejects with what a private one wrote when it ends before it answers. */
export async function mysqlServer(): Promise<MysqlServer> {
  const given = process.env["MYSQL_URL"];
  if (given) return { url: given, stop: () => Promise.resolve() };
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-mysql-"));
  const password = randomBytes(12).toString("hex");
  const port = await freePort();
  const child = fork(SCRIPT, ["--port", String(port), "--data", folder], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // A MariaDB that starts deletes what looks like a temporary table of a dead one, so two must not share a folder.
    env: { ...process.env, CAUDAL_MYSQL_PASSWORD: password, TMPDIR: folder },
  });
  const stop = async (): Promise<void> => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    child.kill("SIGTERM");
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await ready(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `mysql://root:${password}@127.0.0.1:${port}`, stop };
}

async function ready(child: ChildProcess): Promise<void> {
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      written.push(text);
      if (written.length > 200) written.shift();
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.on("message", (message) => {
    if (typeof message === "object" && "ready" in message) resolve();
  });
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${written.join("")}`)));
  await promise;
}

/** A port that was free a moment ago; the server cannot be asked to choose one. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

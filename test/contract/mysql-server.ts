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
  return privateMysqlServer();
}

/** A server that a test may kill. */
export interface PrivateMysqlServer extends MysqlServer {
  /** Ends it as a crash does: SIGKILL. Resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts it again after that, with the same address and data. */
  start(): Promise<void>;
}

/** Starts a private server, whatever `MYSQL_URL` names. Rejects as {@link mysqlServer} does. */
export async function privateMysqlServer(): Promise<PrivateMysqlServer> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "caudal-mysql-"));
  const password = randomBytes(12).toString("hex");
  const port = await freePort();
  let child: ChildProcess;
  let pid = 0;
  const end = async (signal: () => void): Promise<void> => {
    const ended = child.exitCode === null && child.signalCode === null ? once(child, "exit") : undefined;
    signal();
    await ended;
  };
  const stop = async (): Promise<void> => {
    await end(() => child.kill("SIGTERM"));
    await rm(folder, { recursive: true, force: true });
  };
  const start = async (): Promise<void> => {
    child = fork(SCRIPT, ["--port", String(port), "--data", folder], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // A MariaDB that starts deletes what looks like a temporary table of a dead one, so two must not share a folder.
      env: { ...process.env, CAUDAL_MYSQL_PASSWORD: password, TMPDIR: folder },
    });
    pid = await ready(child);
  };
  try {
    await start();
  } catch (error) {
    await stop();
    throw error;
  }
  const kill = (): Promise<void> => end(() => process.kill(pid, "SIGKILL"));
  return { url: `mysql://root:${password}@127.0.0.1:${port}`, kill, start, stop };
}

/** Resolves with the server's process id once it answers. */
async function ready(child: ChildProcess): Promise<number> {
  const written: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      written.push(text);
      if (written.length > 200) written.shift();
    });
  }
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on("message", (message) => {
    if (typeof message === "object" && "ready" in message) {
      resolve((message as { ready: { pid: number } }).ready.pid);
    }
  });
  child.once("error", reject);
  child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${written.join("")}`)));
  return promise;
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

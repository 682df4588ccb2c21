import { spawn } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { brokerConfig } from "./stack/broker-config.ts";
import type { Child } from "./stack/child.ts";
import { keepRunning } from "./stack/child.ts";
import { createContainers } from "./stack/containers.ts";
import { lockDataFolder } from "./stack/data-lock.ts";
import { checkGivenMysql } from "./stack/given-mysql.ts";
import { isFree, PortTakenError, rememberedPorts } from "./stack/ports.ts";
import { localSettings, stackSecrets } from "./stack/secrets.ts";
import { readTopology } from "./stack/topology.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(path.dirname(here));
// The account that Azurite and every Azure SDK know.
const blobKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
// What Node has compiled once it need not compile at the next start, which is a second faster for it.
const compileCache = path.join(root, "node_modules", ".cache", "node");
// Uploads leave many buffers behind, outside V8's heap. Marking it a little at a time takes so long then that twice the
// memory is in use, and half of a host's time goes into it; in one go it takes 50 ms. Young objects, which hold most of
// those buffers, are collected when they fill their space: by default that grows to 16 MB, and much more hangs on them.
const hostFlags = ["--no-incremental-marking", "--max-semi-space-size=1"];
const defaultHosts = Math.min(2, availableParallelism());
const drainLimitMs = 15_000;
const stopLimitMs = 12_000;
/** Bytes a request body may have unless the settings say: 100 GiB. Nothing stands in front here that would take less. */
const LOCAL_BODY_LIMIT = 100 * 1024 ** 3;

/** Where everything is that runs; printed as the `ready` line. */
export interface ReadyStack {
  http: string;
  console: string;
  /** A token that holds all roles. */
  operatorToken: string;
  /** Connection string of the broker. */
  serviceBus: string;
  cosmos: {
    endpoint: string;
    key: string;
    /** Reads and asks, and alters nothing. */ readOnlyKey: string;
    database: string;
  };
  /** Connection string of the blob service. */
  blob: string;
  /** An administrator's URL. */
  mysql: string;
}

/** What to start. */
export interface StackOptions {
  /** Where data, logs and secrets are kept; default `.local` of the checkout. */
  dataDir?: string;
  /** The HTTP port; default a free one, the same at the next start. Rejects with PortTakenError when in use. */
  port?: number;
  /** Settings of the app, before those of the process environment and local.settings.json. */
  env: Record<string, string>;
  /** How many function hosts share the work; default 2, one a core at most. HTTP and timers are the first one's. */
  hosts?: number;
  /** True: nothing on stderr. */
  quiet?: boolean;
  /** The function app's folder; default the checkout, which is built first. */
  appDir?: string;
  /** Default `infra/topology.json` of the app's folder. */
  topologyFile?: string;
  /** Gives up the start: it rejects with the reason, everything stopped again. */
  signal?: AbortSignal;
}

/** A stack that runs. */
export interface Stack {
  ready: ReadyStack;
  /** Lets the hosts finish what they do, then ends everything. */
  stop(): Promise<void>;
  /** What runs now: `broker`, `cosmos`, `blob`, `mysql`, `mysql-server`, `host`, `host-2` … */
  processes(): { name: string; pid: number }[];
  /** Resolves when everything serves: after a process was killed, when it is back. */
  whenServing(): Promise<void>;
}

/**
 * Starts broker, Cosmos, blob service, MySQL and function hosts, each in a process of its own that is started
 * again when it ends, and resolves when all of it serves. MYSQL_URL, when set, is used instead of a MySQL of
 * our own. Rejects, with everything stopped again, when the data folder or the port is taken, that MySQL does not
 * let us in or a part does not start.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const appDir = path.resolve(options.appDir ?? root);
  const dataDir = path.resolve(options.dataDir ?? path.join(root, ".local"));
  const readyFile = path.join(dataDir, "ready.json");
  const report = (line: string): void => void (options.quiet || process.stderr.write(`${line}\n`));
  if (options.port !== undefined && options.port !== 0 && !(await isFree(options.port))) {
    throw new PortTakenError(options.port);
  }
  const lock = await lockDataFolder(dataDir);
  const children: Child[] = [];
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => (stopped ??= stopAll());
  const givenUp = new Promise<never>((_, reject) => {
    options.signal?.addEventListener("abort", () => reject(options.signal?.reason), { once: true });
  });
  try {
    options.signal?.throwIfAborted();
    const ready = await Promise.race([start(), givenUp]);
    // For commands that are to reach what runs here; the folder is ours alone.
    writeFileSync(readyFile, JSON.stringify(ready), { mode: 0o600 });
    return {
      ready,
      stop,
      processes: () => children.flatMap((child) => child.processes()),
      async whenServing() {
        await Promise.all(children.map((child) => child.whenReady()));
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function stopAll(): Promise<void> {
    rmSync(readyFile, { force: true });
    const hosts = children.filter((child) => child.name.startsWith("host"));
    await Promise.all(hosts.map((child) => child.stop(drainLimitMs)));
    await Promise.all(children.map((child) => child.stop(stopLimitMs)));
    lock.release();
  }

  function run(
    name: string,
    script: string,
    args: string[],
    env: Record<string, string> = {},
    flags: readonly string[] = [],
  ): Child {
    if (stopped !== undefined) throw new Error("the stack was stopped");
    const child = keepRunning({
      name,
      command: [...flags, path.join(here, script), ...args],
      env: { NODE_COMPILE_CACHE: compileCache, ...process.env, ...env },
      logFile: path.join(dataDir, "logs", `${name}.log`),
      report,
      changed: () => lock.remember(children.flatMap((each) => each.processes().map(({ pid }) => pid))),
    });
    children.push(child);
    return child;
  }

  async function start(): Promise<ReadyStack> {
    mkdirSync(path.join(dataDir, "logs"), { recursive: true });
    const settings = { ...localSettings(appDir), ...process.env, ...options.env } as Record<string, string>;
    const secrets = stackSecrets(dataDir);
    const topology = readTopology(options.topologyFile ?? path.join(appDir, "infra", "topology.json"));
    const hosts = Array.from({ length: options.hosts ?? defaultHosts }, (_, index) =>
      index === 0 ? "host" : `host-${index + 1}`,
    );
    const ports = await rememberedPorts(path.join(dataDir, "ports.json"), [
      "broker",
      "cosmos",
      "blob",
      "mysql",
      ...hosts,
    ]);
    const folder = (name: string): string => path.join(dataDir, name);
    const port = (name: string): string[] => ["--port", String(ports[name]), "--data", folder(name)];

    const configFile = path.join(dataDir, "broker.json");
    writeFileSync(configFile, JSON.stringify(brokerConfig(topology), null, 2));
    const broker = run("broker", "servicebus/main.ts", ["--config", configFile, ...port("broker")]);
    const cosmos = run("cosmos", "cosmos/main.ts", [
      ...port("cosmos"),
      "--read-only-key",
      secrets.cosmosReadOnlyKey,
    ]);
    const blob = run("blob", "blob.ts", port("blob"));
    const mysqlUrl = settings["MYSQL_URL"] || undefined;
    if (mysqlUrl !== undefined) await checkGivenMysql(mysqlUrl);
    const mysql =
      mysqlUrl === undefined
        ? run("mysql", "mysql.ts", port("mysql"), { CAUDAL_MYSQL_PASSWORD: secrets.mysqlPassword })
        : undefined;
    const built = appDir === root ? build() : Promise.resolve();
    // Heard below, when the rest is there.
    built.catch(() => {});

    const bus = await broker.firstReady;
    const account = await cosmos.firstReady;
    const cosmosReady = { endpoint: String(account["endpoint"]), key: String(account["key"]) };
    await createContainers(cosmosReady, topology, path.join(dataDir, "containers.json"));
    await built;
    const ready: Omit<ReadyStack, "http" | "console"> = {
      operatorToken: settings["CAUDAL_OPERATOR_TOKEN"] || secrets.operatorToken,
      serviceBus: String(bus["connectionString"]),
      cosmos: { ...cosmosReady, readOnlyKey: secrets.cosmosReadOnlyKey, database: topology.database },
      blob:
        `DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=${blobKey};` +
        `BlobEndpoint=http://127.0.0.1:${ports["blob"]}/devstoreaccount1;`,
      mysql: mysqlUrl ?? `mysql://root:${secrets.mysqlPassword}@127.0.0.1:${ports["mysql"]}`,
    };
    const keys = {
      CAUDAL_PSEUDONYM_KEY: secrets.pseudonymKey,
      CAUDAL_SECRETS_KEY: secrets.secretsKey,
      CAUDAL_AUDIT_KEY: secrets.auditKey,
    };
    const portOf = (index: number): number => (index === 0 && options.port) || ports[hosts[index]!]!;
    const api = `http://127.0.0.1:${portOf(0)}`;
    const given = { ...keys, ...settings, ...jobSettings(settings), AzureWebJobsScriptRoot: appDir };
    const environment = hostEnvironment(given, ready, api);
    const running = hosts.map((name, index) => {
      const args = ["--app", appDir, "--port", String(portOf(index)), "--data", folder(name)];
      return run(name, "host/main.ts", index === 0 ? args : [...args, "--no-timers"], environment, hostFlags);
    });
    const [first] = await Promise.all(
      [...running, blob, ...(mysql ? [mysql] : [])].map((child) => child.firstReady),
    );
    const http = String(first!["http"]);
    return { http, console: `${http}/console`, ...ready };
  }

  /** Jobs that subscribers upload run apart where we are root; else as ourselves, which is said. */
  function jobSettings({ CAUDAL_JOBS }: Record<string, string>): Record<string, string> {
    if (process.getuid?.() === 0) return {};
    const said = CAUDAL_JOBS || "trusted";
    if (said === "trusted")
      report("jobs run as the user of this stack (CAUDAL_JOBS=trusted): upload only your own");
    return { CAUDAL_JOBS: said };
  }

  async function build(): Promise<void> {
    const script = path.join(root, "scripts", "build.ts");
    if (!existsSync(script)) return;
    report("building the app …");
    const child = spawn(process.execPath, [script], {
      cwd: root,
      stdio: ["ignore", "ignore", "pipe"],
      ...(options.signal !== undefined && { signal: options.signal }),
    });
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (output += text));
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once("error", reject).once("close", resolve);
    });
    if (code !== 0) throw new Error(`the app could not be built:\n${output.trim()}`);
  }
}

/** The settings that lead the app to this stack; they stand above all others. */
function hostEnvironment(
  settings: Record<string, string>,
  ready: Omit<ReadyStack, "http" | "console">,
  api: string,
): Record<string, string> {
  return {
    AzureWebJobsDisableHomepage: "true",
    FUNCTIONS_WORKER_RUNTIME: "node",
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: String(LOCAL_BODY_LIMIT),
    ...settings,
    // Empty counts as not set: what runs beside this stack is to be reached.
    CAUDAL_PRIVATE_TARGETS: settings["CAUDAL_PRIVATE_TARGETS"] || "127.0.0.0/8,::1",
    ServiceBusConnection: ready.serviceBus,
    COSMOS_ENDPOINT: ready.cosmos.endpoint,
    COSMOS_KEY: ready.cosmos.key,
    AzureWebJobsStorage: ready.blob,
    BLOB_CONNECTION: ready.blob,
    MYSQL_URL: ready.mysql,
    CAUDAL_OPERATOR_TOKEN: ready.operatorToken,
    CAUDAL_API_URL: api,
  };
}

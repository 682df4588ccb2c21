import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream, readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { startStack, type Stack } from "../../infra/local/stack.ts";
import { median, printTable, type Row } from "./kit.ts";
import { PASSENGER_COLUMNS, writePassengers } from "./passengers.ts";

const ROWS = 1_000_000;
const ROUNDS = 3;
const ASKED = 400;
/** The question of the description: men who paid more than 7, by name, a page from the middle. */
const TARGET = "limit=100,50&sex=male&Fare=gt:7&sort=name:desc";

/**
 * A CSV of 1,000,000 rows: from the first byte sent to the end of its run, beside the server's own client with the same
 * file; the memory of the hosts; then the target query and pages by cursor, once their index is there.
 */
export async function datasets(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "caudal-bench-"));
  const file = path.join(folder, "passengers.csv");
  const stack = await startStack({ dataDir: path.join(folder, "stack"), env: {}, quiet: true });
  try {
    await writePassengers(file, ROWS);
    const bytes = statSync(file).size;
    console.log(`${ROWS} rows, ${PASSENGER_COLUMNS.length} columns, ${(bytes / 1e6).toFixed(0)} MB`);
    await loads(stack, file, bytes);
    await questions(stack);
  } finally {
    await stack.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function loads(stack: Stack, file: string, bytes: number): Promise<void> {
  const client: number[] = [];
  const ours: number[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    client.push(await loadWithClient(stack, file));
    ours.push(await upload(stack, file));
    await quiet(stack);
    console.error(
      `  round ${round}: client ${client.at(-1)?.toFixed(0)} ms, Caudal ${ours.at(-1)?.toFixed(0)} ms`,
    );
  }
  const floor = median(client);
  const row = (what: string, ms: number): Row => ({
    what,
    seconds: (ms / 1_000).toFixed(2),
    "rows/s": Math.round(ROWS / (ms / 1_000)),
    "MB/s": (bytes / 1_000 / ms).toFixed(0),
    "of the floor": (ms / floor).toFixed(2),
  });
  printTable(`Loading, median of ${ROUNDS}`, [
    row("LOAD DATA LOCAL by the server's client", floor),
    row("POST /etl to the end of the run", median(ours)),
  ]);
  const hosts = stack.processes().filter(({ name }) => name.startsWith("host"));
  printTable(
    "Peak resident memory of the processes that load",
    hosts.map(({ name, pid }) => ({ process: name, MiB: peakOf(pid) })),
  );
}

/** Milliseconds that the server's own command line client takes for the file. */
async function loadWithClient(stack: Stack, file: string): Promise<number> {
  const { hostname, port, username, password } = new URL(stack.ready.mysql);
  const admin = await createConnection({ uri: stack.ready.mysql, multipleStatements: true });
  const columns = PASSENGER_COLUMNS.map((name) => `\`${name}\` TEXT`).join(", ");
  await admin.query(
    `CREATE DATABASE IF NOT EXISTS floor; DROP TABLE IF EXISTS floor.passengers;
     CREATE TABLE floor.passengers (${columns}) CHARACTER SET utf8mb4`,
  );
  const sql =
    `LOAD DATA LOCAL INFILE '${file}' INTO TABLE floor.passengers CHARACTER SET utf8mb4 ` +
    `FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '"' ESCAPED BY '' LINES TERMINATED BY '\\n' IGNORE 1 LINES`;
  const start = performance.now();
  const client = spawn("mysql", ["--local-infile=1", "-h", hostname, "-P", port, "-u", username, "-e", sql], {
    env: { ...process.env, MYSQL_PWD: decodeURIComponent(password) },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const [code] = (await once(client, "exit")) as [number];
  const ms = performance.now() - start;
  if (code !== 0) throw new Error(`the client ended with ${code}`);
  await admin.query("DROP DATABASE floor");
  await admin.end();
  return ms;
}

/** Milliseconds from the first byte sent to the end of the run that it began. */
async function upload({ ready }: Stack, file: string): Promise<number> {
  const url = new URL("/etl?name=passengers.csv&mode=replace&again=true", ready.http);
  const sent = request(url, {
    method: "POST",
    headers: {
      authorization: `Bearer ${ready.operatorToken}`,
      "content-type": "text/csv",
      "content-length": statSync(file).size,
    },
  });
  const answered = once(sent, "response");
  const start = Date.now();
  await pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), sent);
  const [response] = (await answered) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 202) throw new Error(`answered ${response.statusCode}: ${body}`);
  const { run } = JSON.parse(body) as { run: string };
  const { endedAt, status, error, result } = await ended(ready, run);
  if (status !== "succeeded") throw new Error(`the load ${status}: ${error}`);
  if (result?.["rows"] !== ROWS) throw new Error(`${String(result?.["rows"])} rows`);
  return Date.parse(endedAt) - start;
}

interface Ended {
  readonly status: string;
  readonly endedAt: string;
  readonly error?: string;
  readonly result?: Record<string, unknown>;
}

async function ended(ready: Stack["ready"], run: string): Promise<Ended> {
  for (;;) {
    const seen = (await ask(ready, `/api/v1/runs/${run}`)) as Ended & { endedAt: string | null };
    if (seen.endedAt !== null) return seen;
    await sleep(100);
  }
}

/** Waits until no run is at work or in line any more: profiles and indexes come behind a load. */
async function quiet({ ready }: Stack): Promise<void> {
  for (;;) {
    const lists = await Promise.all(
      ["queued", "running"].map((status) => ask(ready, `/api/v1/runs?status=${status}`)),
    );
    if (lists.every((list) => (list as { items: unknown[] }).items.length === 0)) return;
    await sleep(200);
  }
}

async function questions(stack: Stack): Promise<void> {
  const { ready } = stack;
  const target = `/api/passengers?${TARGET}`;
  const unindexed: number[] = [];
  for (let time = 0; time < 3; time++) unindexed.push(await timeOf(() => ask(ready, target)));
  await quiet(stack);
  const agent = new Agent({ keepAlive: true });
  const times: number[] = [];
  for (let time = 0; time < ASKED; time++) times.push(await timeOf(() => ask(ready, target, agent)));
  const pages: number[] = [];
  const best: number[] = [];
  for (let walk = 1; walk <= ROUNDS; walk++) {
    let next: string | null = "";
    for (let page = 0; page < ASKED && next !== null; page++) {
      const cursor: string = next === "" ? "" : `&cursor=${encodeURIComponent(next)}`;
      const url = `/api/passengers?limit=50&sex=male&Fare=gt:7&sort=name:desc${cursor}`;
      let answer: unknown;
      const ms = await timeOf(async () => void (answer = await ask(ready, url, agent)));
      pages.push(ms);
      best[page] = Math.min(best[page] ?? ms, ms);
      ({ next } = answer as { next: string | null });
    }
  }
  const health: number[] = [];
  for (let time = 0; time < ASKED; time++) {
    health.push(await timeOf(() => ask(ready, "/api/v1/operator-log?limit=1", agent)));
  }
  agent.destroy();
  printTable(`Questions to ${ROWS} rows, over HTTP, milliseconds`, [
    spread(`target query before its index`, unindexed),
    spread(`target query, ${ASKED} times`, times),
    spread(`${ASKED} pages by cursor, ${ROUNDS} times`, pages),
    spread(`the same, the best of each page's ${ROUNDS}`, best),
    spread("beside them: a list of one from the store", health),
  ]);
}

function spread(what: string, times: readonly number[]): Row {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.ceil(sorted.length * share) - 1] ?? 0).toFixed(1);
  return { what, p50: at(0.5), p95: at(0.95), slowest: at(1) };
}

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function ask(ready: Stack["ready"], route: string, agent?: Agent): Promise<unknown> {
  const sent = request(new URL(route, ready.http), {
    headers: { authorization: `Bearer ${ready.operatorToken}` },
    ...(agent ? { agent } : {}),
  });
  sent.end();
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  const body = await text(response);
  if (response.statusCode !== 200) throw new Error(`${route} answered ${response.statusCode}: ${body}`);
  return JSON.parse(body);
}

/** The most memory that a process had so far, in MiB. Source: proc(5), VmHWM. */
function peakOf(pid: number): string {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return (Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024).toFixed(0);
}

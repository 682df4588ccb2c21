import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createConnection, type Connection, type RowDataPacket } from "mysql2/promise";
import { Webhook } from "standardwebhooks";
import { startStack, type Stack } from "../../infra/local/stack.ts";
import { Marketing } from "../flows/kit/outside.ts";
import { median, printTable, timed } from "./kit.ts";

const root = path.dirname(path.dirname(import.meta.dirname));
const EVENTS = 5_000;
const ENTITIES = 100;
const IN_FLIGHT = 32;
const ROUNDS = 3;
// A process that has just started compiles most of the time.
const WARM_UP = 2_000;
const SECRET = `whsec_${Buffer.from("the webhook secret of the bench").toString("base64")}`;

/** What a run of the pipeline reached, in events per second: taken in, and delivered everywhere. */
interface Reached {
  readonly accepted: number;
  readonly delivered: number;
}

interface Side {
  readonly name: string;
  readonly marketing: Marketing;
  readonly stack: Stack;
  readonly mysql: Connection;
  readonly folder: string;
  readonly results: Reached[];
}

/**
 * End to end: signed webhooks in, documents and audit records in Cosmos, a REST system and MySQL out; beside the
 * floor: an app on the same host that makes the same SDK calls with no engine in between. Everything on this machine.
 */
export async function endToEnd(): Promise<void> {
  const sides: Side[] = [];
  try {
    for (const [name, app] of [
      ["Caudal", undefined],
      ["floor", path.join(root, "test", "bench", "floor-app")],
    ] as const) {
      sides.push(await open(name, app));
    }
    for (const side of sides) await run(side, WARM_UP);
    for (let round = 0; round < ROUNDS; round++) {
      for (const side of sides) {
        const reached = await run(side, EVENTS);
        side.results.push(reached);
        console.error(
          `  ${side.name}: ${reached.accepted.toFixed(0)} in/s, ${reached.delivered.toFixed(0)} end to end/s`,
        );
      }
    }
  } finally {
    for (const side of sides) await close(side);
  }
  const floor = median(sides[1]?.results.map(({ delivered }) => delivered) ?? []);
  printTable(
    `End to end: ${EVENTS} events over ${ENTITIES} customers, ${IN_FLIGHT} in flight, median of ${ROUNDS}`,
    sides.map(({ name, results }) => ({
      what: name,
      "accepted/s": median(results.map(({ accepted }) => accepted)).toFixed(0),
      "end to end/s": median(results.map(({ delivered }) => delivered)).toFixed(0),
      "of the floor": (median(results.map(({ delivered }) => delivered)) / floor).toFixed(2),
    })),
  );
}

async function open(name: string, app: string | undefined): Promise<Side> {
  const folder = await mkdtemp(path.join(tmpdir(), "caudal-bench-"));
  const marketing = new Marketing();
  const env = {
    CRM_WEBHOOK_SECRET: SECRET,
    MARKETING_API_URL: await marketing.open(),
    MARKETING_API_TOKEN: "marketing-token",
  };
  const stack = await startStack({
    dataDir: folder,
    env,
    quiet: true,
    ...(app === undefined ? {} : { appDir: app, topologyFile: path.join(root, "infra", "topology.json") }),
  });
  const mysql = await createConnection({ uri: stack.ready.mysql });
  await mysql.query("CREATE DATABASE IF NOT EXISTS caudal_customer_360");
  if (app !== undefined) {
    await mysql.query(
      "CREATE TABLE caudal_customer_360.customers (id VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin PRIMARY KEY, version BIGINT NOT NULL, email VARCHAR(254), given_name VARCHAR(100))",
    );
  }
  return { name, marketing, stack, mysql, folder, results: [] };
}

async function close({ marketing, stack, mysql, folder }: Side): Promise<void> {
  mysql.destroy();
  await stack.stop();
  await marketing.close();
  await rm(folder, { recursive: true, force: true });
}

async function run({ stack, marketing, mysql }: Side, count: number): Promise<Reached> {
  const tag = randomUUID().slice(0, 8);
  const url = new URL("/api/v1/webhooks/crm", stack.ready.http);
  const agent = new Agent({ keepAlive: true });
  const posts = Array.from({ length: count }, (_, index) => webhook(tag, index));
  const start = performance.now();
  // A sender keeps to its customers, one event after the other: so each ends at the version of its last event.
  const acceptedMs = await timed(IN_FLIGHT, IN_FLIGHT, async (sender) => {
    for (const [index, webhook] of posts.entries()) {
      if ((index % ENTITIES) % IN_FLIGHT === sender) await post(url, agent, webhook);
    }
  });
  const perEntity = count / ENTITIES;
  for (;;) {
    const [rows] = await mysql.query<RowDataPacket[]>(
      "SELECT COUNT(*) AS n FROM caudal_customer_360.customers WHERE id LIKE ? AND version >= ?",
      [`CC-${tag}%`, perEntity],
    );
    const contacts = [...marketing.contacts].filter(
      ([id, { version }]) => id.startsWith(`CC-${tag}`) && version >= perEntity,
    );
    if (rows[0]?.["n"] === ENTITIES && contacts.length === ENTITIES) break;
    if (performance.now() - start > 300_000)
      throw new Error(`only ${contacts.length} contacts and ${rows[0]?.["n"]} rows came through`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  agent.destroy();
  return { accepted: (count / acceptedMs) * 1_000, delivered: (count / (performance.now() - start)) * 1_000 };
}

interface Post {
  readonly body: string;
  readonly headers: Record<string, string>;
}

function webhook(tag: string, index: number): Post {
  const now = new Date();
  const id = `${tag}-${index}`;
  const body = JSON.stringify({
    type: "contact.upserted",
    timestamp: new Date(now.getTime() - 3_600_000 + index).toISOString(),
    version: Math.floor(index / ENTITIES) + 1,
    data: {
      documentType: "CC",
      documentNumber: `${tag}${index % ENTITIES}`,
      givenName: "Ana",
      email: `v${index}@example.com`,
    },
  });
  return {
    body,
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(now.getTime() / 1_000)),
      "webhook-signature": new Webhook(SECRET).sign(id, now, body),
    },
  };
}

function post(url: URL, agent: Agent, send: Post | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: "POST", agent, headers: send?.headers ?? {} }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 202) resolve();
        else reject(new Error(`answered ${response.statusCode}`));
      });
    });
    sent.on("error", reject);
    sent.end(send?.body);
  });
}

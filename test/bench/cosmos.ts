import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CosmosClient } from "@azure/cosmos";
import type { Container } from "@azure/cosmos";

/**
 * Throughput of the local Cosmos DB server, in a process of its own on a temporary folder, seen by the real
 * SDK: `node test/bench/cosmos.ts [seconds per line]`. Prints a table.
 */
const seconds = Number(process.argv[2] ?? 3);
const payload = "x".repeat(800);
const items = 20_000;

interface Ready {
  readonly ready: { readonly endpoint: string; readonly key: string };
}

async function server(folder: string): Promise<{ child: ChildProcess; container: Container }> {
  const main = join(import.meta.dirname, "../../infra/local/cosmos/main.ts");
  const child = spawn(process.execPath, [main, "--port", "0", "--data", folder], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const [message] = (await once(child, "message")) as [Ready];
  const { endpoint, key } = message.ready;
  const client = new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
  const { database } = await client.databases.create({ id: "bench" });
  const { container } = await database.containers.create({ id: "items", partitionKey: { paths: ["/key"] } });
  return { child, container };
}

function document(n: number): { id: string; key: string; n: number; kind: string; payload: string } {
  return { id: "document", key: `customer|${n}`, n, kind: n % 10 === 0 ? "rare" : "common", payload };
}

/** Repeats an operation for the given time with so many at once; returns operations a second. */
async function rate(atOnce: number, operation: (n: number) => Promise<unknown>): Promise<number> {
  let done = 0;
  const start = performance.now();
  const end = start + seconds * 1000;
  const worker = async (): Promise<void> => {
    while (performance.now() < end) await operation(done++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return (done / (performance.now() - start)) * 1000;
}

const lines: [string, (container: Container) => (n: number) => Promise<unknown>][] = [
  ["upsert 1 KB", (container) => (n) => container.items.upsert(document(n % items))],
  ["point read", (container) => (n) => container.item("document", `customer|${n % items}`).read()],
  [
    "replace with If-Match",
    (container) => {
      const etags = new Map<number, string>();
      return async (n) => {
        const item = container.item("document", `customer|${n % items}`);
        const condition = etags.get(n % items) ?? (await item.read()).etag;
        const { etag } = await item.replace(document(n % items), {
          accessCondition: { type: "IfMatch", condition },
        });
        etags.set(n % items, etag);
      };
    },
  ],
  [
    "atomic batch of 3",
    (container) => (n) => {
      const key = `customer|${n % items}`;
      return container.items.batch(
        [
          { operationType: "Upsert", resourceBody: document(n % items) },
          {
            operationType: "Create",
            resourceBody: { ...document(n), id: `audit|${n}|${Math.random()}`, key },
          },
          { operationType: "Upsert", resourceBody: { ...document(n), id: "watermark", key } },
        ],
        key,
      );
    },
  ],
  [
    "query one partition",
    (container) => (n) =>
      container.items
        .query("SELECT * FROM c WHERE c.kind = 'common'", { partitionKey: `customer|${n % items}` })
        .fetchAll(),
  ],
  [
    "query by an indexed value",
    (container) => (n) =>
      container.items
        .query({ query: "SELECT * FROM c WHERE c.n = @n", parameters: [{ name: "@n", value: n % items }] })
        .fetchAll(),
  ],
];

const folder = mkdtempSync(join(tmpdir(), "cosmos-bench-"));
const { child, container } = await server(folder);
try {
  for (let n = 0; n < items; n += 100) {
    const operations = Array.from({ length: 100 }, (_, at) => {
      const resourceBody = document(n + at);
      return { operationType: "Upsert" as const, partitionKey: resourceBody.key, resourceBody };
    });
    await container.items.bulk(operations);
  }
  console.log("| operation | 1 at once, per second | 16 at once, per second |\n|---|---|---|");
  for (const [name, make] of lines) {
    const operation = make(container);
    const one = await rate(1, operation);
    const sixteen = await rate(16, operation);
    console.log(`| ${name} | ${Math.round(one)} | ${Math.round(sixteen)} |`);
  }
} finally {
  child.kill();
  await once(child, "exit");
  rmSync(folder, { recursive: true });
}

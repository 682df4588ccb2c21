import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Container } from "@azure/cosmos";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clientOf, refusal } from "./cosmos-account.ts";

const main = join(import.meta.dirname, "../../infra/local/cosmos/main.ts");
let folder: string;
let children: ChildProcess[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cosmos-"));
  children = [];
});

afterEach(async () => {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
  await rm(folder, { recursive: true });
});

function run(args: string[], ipc = false): ChildProcess {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ["ignore", "pipe", "pipe", ...(ipc ? ["ipc" as const] : [])],
  });
  children.push(child);
  return child;
}

async function output(child: ChildProcess): Promise<{ code: number | null; stdout: string; stderr: string }> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout, stderr };
}

async function serve(
  ipc = false,
  ...more: string[]
): Promise<{ child: ChildProcess; endpoint: string; key: string; ready: Record<string, unknown> }> {
  const child = run(["--port", "0", "--data", folder, ...more], ipc);
  if (child.stdout === null) throw new Error("There is no stdout.");
  let text = "";
  for await (const chunk of child.stdout) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  expect(text).toMatch(/^ready \{.*\}\n$/);
  const ready = JSON.parse(text.slice("ready ".length)) as { endpoint: string; key: string };
  const { endpoint, key } = ready;
  return { child, endpoint, key, ready };
}

async function kill(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

describe("the process", () => {
  it("keeps all that was acknowledged through kill -9, and nothing of a failed batch", async () => {
    const first = await serve();
    const client = clientOf(first.endpoint, first.key);
    const { database } = await client.databases.create({ id: "d" });
    const definition = { id: "c", partitionKey: { paths: ["/key"] }, defaultTtl: -1 };
    const { container } = await database.containers.create(definition);
    await container.items.create({ id: "taken", key: "a" });
    await container.items.batch(
      [
        { operationType: "Create", resourceBody: { id: "undone", key: "a" } },
        { operationType: "Create", resourceBody: { id: "taken", key: "a" } },
      ],
      "a",
    );
    const acknowledged: string[] = [];
    const write = async (worker: number): Promise<void> => {
      for (let n = 0; ; n++) {
        const id = `${worker}-${n}`;
        const { code } = await container.items.batch(
          [
            { operationType: "Upsert", resourceBody: { id: `head-${worker}`, key: "a", n } },
            { operationType: "Create", resourceBody: { id, key: "a" } },
          ],
          "a",
        );
        if (code === 200) acknowledged.push(id);
        if (acknowledged.length === 200) first.child.kill("SIGKILL");
      }
    };
    await Promise.allSettled(Array.from({ length: 8 }, (_, worker) => write(worker)));
    client.dispose();

    const second = await serve();
    const again = clientOf(second.endpoint, second.key);
    const kept = again.database("d").container("c");
    expect((await kept.read()).resource?.defaultTtl).toBe(-1);
    const { resources } = await kept.items.query<string>("SELECT VALUE c.id FROM c").fetchAll();
    const found = new Set(resources);
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    expect(found.has("undone")).toBe(false);
    // Whole batches only: each head tells of exactly the items created with it.
    const heads = await kept.items
      .query<{ id: string; n: number }>("SELECT c.id, c.n FROM c WHERE c.n >= 0")
      .fetchAll();
    for (const { id, n } of heads.resources) {
      const worker = id.slice("head-".length);
      expect(found.has(`${worker}-${n}`) && !found.has(`${worker}-${n + 1}`)).toBe(true);
    }
    again.dispose();
    await kill(second.child);
  });

  it("gives no etag twice and goes on with the change feed after a restart", async () => {
    const etags = new Set<string>();
    let continuation = "";
    const withServer = async (work: (container: Container) => Promise<void>): Promise<void> => {
      const { child, endpoint, key } = await serve();
      const client = clientOf(endpoint, key);
      const { database } = await client.databases.createIfNotExists({ id: "d" });
      const { container } = await database.containers.createIfNotExists({
        id: "c",
        partitionKey: { paths: ["/key"] },
      });
      await work(container);
      client.dispose();
      await kill(child);
    };
    await withServer(async (container) => {
      for (const id of ["1", "2"]) etags.add((await container.items.create({ id, key: "a" })).etag);
      const feed = container.items.changeFeed("a", { startFromBeginning: true });
      continuation = (await feed.fetchNext()).etag;
      await container.item("2", "a").delete();
    });
    await withServer(async (container) => {
      etags.add((await container.items.create({ id: "3", key: "a" })).etag);
      const { result } = await container.items.changeFeed<{ id: string }>("a", { continuation }).fetchNext();
      expect(result.map(({ id }) => id)).toEqual(["3"]);
    });
    expect(etags.size).toBe(3);
  });

  it("tells its parent over IPC, and ends with it", async () => {
    const child = run(["--port", "0"], true);
    const [message] = (await once(child, "message")) as [{ ready: { endpoint: string } }];
    expect(message.ready.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    const ended = once(child, "exit");
    child.disconnect();
    expect(await ended).toEqual([0, null]);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("ends with code 0 on %s", async (signal) => {
    const { child } = await serve();
    child.kill(signal);
    expect(await once(child, "exit")).toEqual([0, null]);
  });

  it("takes a key of one's own", async () => {
    const mine = Buffer.from("my own key").toString("base64");
    const { child, endpoint, key } = await serve(false, "--key", mine);
    expect(key).toBe(mine);
    const client = clientOf(endpoint, mine);
    expect((await client.databases.readAll().fetchAll()).resources).toEqual([]);
    client.dispose();
    await kill(child);
  });

  it("takes a key that only reads, and says so", async () => {
    const readOnlyKey = Buffer.from("a key that reads").toString("base64");
    const { child, endpoint, ready } = await serve(false, "--read-only-key", readOnlyKey);
    expect(ready["readOnlyKey"]).toBe(readOnlyKey);
    const client = clientOf(endpoint, readOnlyKey);
    expect((await client.databases.readAll().fetchAll()).resources).toEqual([]);
    expect(await refusal(client.databases.create({ id: "d" }))).toMatchObject({ code: 401 });
    client.dispose();
    await kill(child);
    const { code, stderr } = await output(run(["--port", "0", "--read-only-key", "no base64"]));
    expect({ code, stderr }).toEqual({ code: 1, stderr: "cosmos: --read-only-key is not base64.\n" });
  });

  it("says in one line when its port is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await output(run(["--port", String(port)]));
    other.close();
    expect({ code, stderr }).toEqual({ code: 1, stderr: `cosmos: port ${port} on 127.0.0.1 is in use.\n` });
  });

  it("says in one line when its folder is in use", async () => {
    const { child } = await serve();
    const { code, stderr } = await output(run(["--port", "0", "--data", folder]));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cosmos: .*in use by another process.*\n$/);
    await kill(child);
  });

  it("explains itself", async () => {
    const { code, stdout } = await output(run(["--help"]));
    expect(code).toBe(0);
    for (const option of ["--port", "--host", "--data", "--key", "--read-only-key"])
      expect(stdout).toContain(option);
    expect((await output(run(["--prot", "1"]))).code).toBe(1);
  });
});

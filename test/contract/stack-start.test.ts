import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, afterEach, expect, test } from "vitest";
import type { ReadyStack } from "../../infra/local/stack.ts";
import {
  passEvent,
  readEverywhere,
  runs,
  stackOptions,
  temporaryFolder,
  writeEverywhere,
} from "./stack-folder.ts";

const root = path.resolve(import.meta.dirname, "../..");
const { folder, remove } = temporaryFolder();
const started = new Set<ChildProcess>();
afterEach(async () => {
  for (const child of started) {
    const ended = once(child, "exit");
    if (child.kill("SIGTERM")) await ended;
  }
});
afterAll(remove);

/** Runs `npm start` as npm does, without npm, on the fixture app. */
function start(
  args: string[],
  detached = false,
): ChildProcess & { ready: Promise<ReadyStack>; errors: () => string } {
  const { appDir, topologyFile } = stackOptions(folder);
  const child = spawn(
    process.execPath,
    [path.join(root, "infra/local/start.ts"), "--app", appDir!, "--topology", topologyFile!, ...args],
    { stdio: ["ignore", "pipe", "pipe"], detached },
  );
  started.add(child);
  child.once("exit", () => started.delete(child));
  let errors = "";
  child.stderr.on("data", (text: Buffer) => (errors += text.toString()));
  const ready = (async () => {
    for await (const line of createInterface({ input: child.stdout })) {
      expect(line).toMatch(/^ready \{/);
      return JSON.parse(line.slice(6)) as ReadyStack;
    }
    throw new Error(`no ready line: ${errors}`);
  })();
  ready.catch(() => {});
  return Object.assign(child, { ready, errors: () => errors });
}

/** All processes whose command line names the data folder. */
function processesOf(dataDir: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(dataDir);
      } catch {
        return false;
      }
    })
    .map(Number)
    .filter(runs);
}

test("kill -9 of it leaves nothing behind, and a new start has everything", async () => {
  const dataDir = path.join(folder, "killed");
  const first = start(["--data", dataDir, "--port", "0"], true);
  const ready = await first.ready;
  await passEvent(ready, "customer|a", 1);
  await writeEverywhere(ready, "kept");
  const all = processesOf(dataDir);
  expect(all.length).toBeGreaterThan(6);
  process.kill(-first.pid!, "SIGKILL");
  const second = start(["--data", dataDir, "--port", "0"]);
  const again = await second.ready;
  expect(all.filter(runs)).toEqual([]);
  expect(again.serviceBus).toBe(ready.serviceBus);
  expect(await readEverywhere(again)).toEqual({ blobs: ["kept"], rows: ["kept"] });
  await passEvent(again, "customer|a", 2);

  const third = start(["--data", dataDir, "--port", "0"]);
  expect(await once(third, "exit")).toEqual([1, null]);
  expect(third.errors()).toContain("another stack (process");

  second.kill("SIGINT");
  expect(await once(second, "exit")).toEqual([0, null]);
  expect(processesOf(dataDir)).toEqual([]);
});

test("stopped before it serves, it leaves nothing behind either", async () => {
  const dataDir = path.join(folder, "hasty");
  const child = start(["--data", dataDir, "--port", "0"]);
  await expect.poll(() => processesOf(dataDir).length, { timeout: 10_000 }).toBeGreaterThan(3);
  child.kill("SIGTERM");
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(child.errors()).toContain("stopped before it served");
  expect(processesOf(dataDir)).toEqual([]);
});

test("a port that is taken is one line and exit code 1", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const child = start(["--data", path.join(folder, "busy"), "--port", String(port)]);
  expect(await once(child, "exit")).toEqual([1, null]);
  expect(child.errors()).toBe(`port ${port} is taken by another program; choose another one with --port\n`);
  server.close();
});

test("--help says what there is; what it does not know is refused", async () => {
  const child = spawn(process.execPath, [path.join(root, "infra/local/start.ts"), "--help"]);
  let output = "";
  child.stdout.on("data", (text: Buffer) => (output += text.toString()));
  expect(await once(child, "close")).toEqual([0, null]);
  expect(output).toContain("--ephemeral");
  const wrong = start(["--port", "many"]);
  expect(await once(wrong, "exit")).toEqual([2, null]);
  expect(wrong.errors()).toContain("--port many is not a whole number");
});

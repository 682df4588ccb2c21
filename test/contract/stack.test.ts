import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Stack, startStack } from "../../infra/local/stack.ts";
import { refusal } from "./cosmos-account.ts";
import {
  cosmosOf,
  passEvent,
  readEverywhere,
  runs,
  stackOptions,
  temporaryFolder,
  writeEverywhere,
} from "./stack-folder.ts";

const { folder, remove } = temporaryFolder();
let stack: Stack;
beforeAll(async () => {
  stack = await startStack(stackOptions(folder));
});
afterAll(async () => {
  await stack.stop();
  remove();
});

const pidOf = (name: string): number => {
  const found = stack.processes().find((process) => process.name === name);
  if (found === undefined) throw new Error(`${name} does not run`);
  return found.pid;
};

test("it says where everything is, and everything is there", async () => {
  const { ready } = stack;
  expect(ready.http).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  expect(ready.console).toBe(`${ready.http}/console`);
  expect(ready.serviceBus).toMatch(/^Endpoint=sb:\/\/127\.0\.0\.1:\d+;.*UseDevelopmentEmulator=true$/);
  expect(ready.mysql).toMatch(/^mysql:\/\/root:[^@]+@127\.0\.0\.1:\d+$/);
  await passEvent(ready, "customer|first", 1);
  const { cosmos } = ready;
  const reader = cosmosOf({ ...ready, cosmos: { ...cosmos, key: cosmos.readOnlyKey } });
  expect((await reader.databases.readAll().fetchAll()).resources).toMatchObject([{ id: cosmos.database }]);
  expect(await refusal(reader.database(cosmos.database).delete())).toMatchObject({ code: 401 });
  reader.dispose();
  await writeEverywhere(ready, "first");
  expect(await readEverywhere(ready)).toEqual({ blobs: ["first"], rows: ["first"] });
});

test("commands find it by a file that only its owner reads", () => {
  const file = path.join(folder, "ready.json");
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(stack.ready);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("the app gets the addresses and a token as settings", async () => {
  const setting = async (name: string) => (await fetch(`${stack.ready.http}/settings/${name}`)).json();
  expect(await setting("ServiceBusConnection")).toBe(stack.ready.serviceBus);
  expect(await setting("COSMOS_ENDPOINT")).toBe(stack.ready.cosmos.endpoint);
  expect(await setting("AzureWebJobsStorage")).toBe(stack.ready.blob);
  expect(await setting("BLOB_CONNECTION")).toBe(stack.ready.blob);
  expect(await setting("MYSQL_URL")).toBe(stack.ready.mysql);
  expect(await setting("CAUDAL_OPERATOR_TOKEN")).toBe(stack.ready.operatorToken);
  expect(await setting("AzureWebJobsScriptRoot")).toBe(path.resolve(stackOptions(folder).appDir ?? ""));
  expect(await setting("CAUDAL_PRIVATE_TARGETS")).toBe("127.0.0.0/8,::1");
  expect(Number(await setting("FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"))).toBe(100 * 1024 ** 3);
});

test("broker and Cosmos are set up as the topology says", async () => {
  const bus = new ServiceBusClient(stack.ready.serviceBus);
  const sender = bus.createSender("changes");
  const change = (size: number) => ({ body: size, sessionId: "s", applicationProperties: { size } });
  await sender.sendMessages([change(1), change(11)]);
  const receiver = await bus.acceptNextSession("changes", "large");
  const received = await receiver.receiveMessages(2, { maxWaitTimeInMs: 1000 });
  expect(received.map(({ body }) => body as number)).toEqual([11]);
  await receiver.completeMessage(received[0]!);
  await bus.close();
  const cosmos = cosmosOf(stack.ready);
  const { resource } = await cosmos.database("caudal").container("control").read();
  expect(resource?.partitionKey?.paths).toEqual(["/id"]);
  expect(resource?.indexingPolicy?.excludedPaths).toContainEqual({ path: "/event/*" });
  const unified = await cosmos.database("caudal").container("unified").read();
  expect(unified.resource?.defaultTtl).toBe(-1);
  cosmos.dispose();
});

test("a second stack on the same data folder is refused", async () => {
  await expect(startStack(stackOptions(folder))).rejects.toThrow(
    `another stack (process ${process.pid}) runs on ${folder}`,
  );
});

describe("kill -9 of one process is made good", () => {
  const killed: [string, number][] = [
    ["broker", 10],
    ["cosmos", 11],
    ["blob", 12],
    ["mysql", 13],
    ["mysql-server", 14],
    ["host", 15],
  ];
  test.each(killed)("%s", async (name, n) => {
    const { ready } = stack;
    const before = await readEverywhere(ready);
    const pid = pidOf(name);
    const others = stack.processes().filter((each) => !each.name.startsWith("mysql") && each.name !== name);
    process.kill(pid, "SIGKILL");
    await expect.poll(() => runs(pid)).toBe(false);
    await stack.whenServing();
    expect(pidOf(name)).not.toBe(pid);
    await passEvent(ready, "customer|first", n);
    await writeEverywhere(ready, name);
    expect(await readEverywhere(ready)).toEqual({
      blobs: [...before.blobs, name].toSorted(),
      rows: [...before.rows, name].toSorted(),
    });
    expect(stack.processes()).toEqual(expect.arrayContaining(others));
  });
});

test("stopped and started again, it is where it was, with what it had", async () => {
  const before = { ready: stack.ready, data: await readEverywhere(stack.ready) };
  const pids = stack.processes().map(({ pid }) => pid);
  await stack.stop();
  expect(pids.filter(runs)).toEqual([]);
  expect(existsSync(path.join(folder, "ready.json"))).toBe(false);
  stack = await startStack(stackOptions(folder));
  expect(stack.ready).toEqual(before.ready);
  expect(await readEverywhere(stack.ready)).toEqual(before.data);
  await passEvent(stack.ready, "customer|first", 20);
});

test("a definition that changed is applied at the next start; more hosts and settings that are given are heard", async () => {
  await stack.stop();
  const options = stackOptions(folder);
  const topology = JSON.parse(readFileSync(options.topologyFile!, "utf8")) as {
    containers: { defaultTtl?: number }[];
  };
  topology.containers[0]!.defaultTtl = 60;
  const topologyFile = path.join(folder, "topology.json");
  writeFileSync(topologyFile, JSON.stringify(topology));
  const env = { OWN: "given", FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: "1000" };
  stack = await startStack({ ...options, topologyFile, env, hosts: 2 });
  const cosmos = cosmosOf(stack.ready);
  const { resource } = await cosmos.database("caudal").container("unified").read();
  cosmos.dispose();
  expect(resource?.defaultTtl).toBe(60);
  expect(await (await fetch(`${stack.ready.http}/settings/OWN`)).json()).toBe("given");
  const limit = await fetch(`${stack.ready.http}/settings/FUNCTIONS_REQUEST_BODY_SIZE_LIMIT`);
  expect(await limit.json()).toBe("1000");
  expect(stack.processes().map(({ name }) => name)).toContain("host-2");
});

test("where a part cannot start, it says why and leaves nothing running", async () => {
  const broken = path.join(folder, "broken");
  mkdirSync(broken);
  const topologyFile = path.join(broken, "topology.json");
  writeFileSync(
    topologyFile,
    JSON.stringify({ queues: [{ name: "q", lockDuration: "nonsense" }], topics: [], containers: [] }),
  );
  await expect(startStack({ ...stackOptions(broken), topologyFile })).rejects.toThrow(
    /broker did not start:[^]*nonsense/,
  );
  expect(() => readFileSync(path.join(broken, "stack.lock"))).toThrow("ENOENT");
});

test.each([
  ["foo", "MYSQL_URL is no URL like mysql://user:password@host:3306"],
  ["mysql://root:hidden@127.0.0.1:1", /^MYSQL_URL: 127.0.0.1:1 does not let us in \(.*ECONNREFUSED/],
])("a MYSQL_URL that leads nowhere (%s) is refused before anything starts", async (MYSQL_URL, why) => {
  const options = stackOptions(path.join(folder, "elsewhere"));
  await expect(startStack({ ...options, env: { MYSQL_URL } })).rejects.toThrow(why);
});

test("a file that is not JSON, or not there, is named", async () => {
  const appDir = path.join(folder, "app");
  mkdirSync(appDir);
  const options = { ...stackOptions(path.join(folder, "nameless")), appDir };
  const topologyFile = path.join(appDir, "nowhere.json");
  await expect(startStack({ ...options, topologyFile })).rejects.toThrow(`${topologyFile} does not exist`);
  const settings = path.join(appDir, "local.settings.json");
  writeFileSync(settings, "{oops}");
  await expect(startStack(options)).rejects.toThrow(`${settings} cannot be read`);
});

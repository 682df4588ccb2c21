import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { type Broker, startBroker } from "../../infra/local/servicebus/broker.ts";
import { parseConfig } from "../../infra/local/servicebus/config.ts";
import { appFolder, recordSource } from "../contract/host-app-folder.ts";
import { HostProcess } from "../contract/host-process.ts";
import { clientOf, configOf } from "../contract/servicebus-broker.ts";

const hosts: HostProcess[] = [];
afterEach(async () => {
  for (const host of hosts.splice(0)) await host.end();
});

async function startOn(broker: Broker, app: string, folder?: string): Promise<HostProcess> {
  const host = await HostProcess.start({
    app,
    env: { ServiceBusConnection: broker.connectionString },
    ...(folder !== undefined && { folder }),
  });
  hosts.push(host);
  return host;
}

async function brokerOf(queues: Record<string, object>, options: object = {}): Promise<Broker> {
  const broker = await startBroker({ config: parseConfig(configOf({ queues })), ...options });
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= broker.close());
  onTestFinished(close);
  return { ...broker, close };
}

function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), "caudal-host-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function send(
  broker: Broker,
  queue: string,
  messages: { sessionId?: string; body: unknown }[],
): Promise<void> {
  const client = clientOf(broker);
  await client.createSender(queue).sendMessages(messages);
  await client.close();
}

/** An app that records each message of a queue, waits as long as the message says, and records its end. */
function recorder(queue: string, sessions: boolean, serviceBus: object): string {
  const source = `${recordSource}
    import { app } from "@azure/functions";
    app.serviceBusQueue("recorder", {
      connection: "ServiceBusConnection", queueName: "${queue}", isSessionsEnabled: ${sessions},
      handler: async (message, context) => {
        record({ at: "begin", ...message, deliveryCount: context.triggerMetadata.deliveryCount });
        await new Promise((resolve) => setTimeout(resolve, message.ms ?? 0));
        record({ at: "end", ...message });
      },
    });`;
  return appFolder(source, { "host.json": { version: "2.0", extensions: { serviceBus } } });
}

test("sessions that wait get the places of empty ones, however long an empty one may be kept", async () => {
  const broker = await brokerOf({ q: { RequiresSession: true } });
  const app = recorder("q", true, { maxConcurrentSessions: 2, sessionIdleTimeout: "00:10:00" });
  const sessions = Array.from({ length: 30 }, (_, index) => ({
    sessionId: `s${index}`,
    body: { n: index, ms: 20 },
  }));
  await send(broker, "q", sessions);
  const host = await startOn(broker, app);
  await expect.poll(() => host.entries("end").length, { timeout: 20_000 }).toBe(30);
  let now = 0;
  const atOnce = host.entries().map(({ at }) => (now += at === "begin" ? 1 : -1));
  expect(Math.max(...atOnce)).toBe(2);
});

test("calls that fill every place hold no waiting session back from another host", async () => {
  const broker = await brokerOf({ q: { RequiresSession: true } });
  const app = recorder("q", true, { maxConcurrentSessions: 1, sessionIdleTimeout: "00:10:00" });
  const folder = temporaryFolder();
  await startOn(broker, app, folder);
  await send(broker, "q", [{ sessionId: "long", body: { n: 1, ms: 60_000 } }]);
  const first = hosts[0]!;
  await expect.poll(() => first.entries("begin").length).toBe(1);
  await send(broker, "q", [{ sessionId: "short", body: { n: 2 } }]);
  const second = await startOn(broker, app);
  await expect.poll(() => second.entries("end").length, { timeout: 20_000 }).toBe(1);
});

test("locks are renewed while a call runs, with sessions and without", async () => {
  const broker = await brokerOf({
    sessions: { RequiresSession: true, LockDuration: "PT1.5S" },
    plain: { LockDuration: "PT1.5S" },
  });
  const withSessions = await startOn(broker, recorder("sessions", true, {}));
  const plain = await startOn(broker, recorder("plain", false, {}));
  await send(broker, "sessions", [{ sessionId: "a", body: { n: 1, ms: 4000 } }]);
  await send(broker, "plain", [{ body: { n: 1, ms: 4000 } }]);
  for (const host of [withSessions, plain]) {
    await expect.poll(() => host.entries("end").length, { timeout: 15_000 }).toBe(1);
    expect(host.entries("begin").map(({ deliveryCount }) => deliveryCount)).toEqual([1]);
    expect(host.output).not.toContain("warning recorder");
  }
  const client = clientOf(broker);
  onTestFinished(() => client.close());
  await expect.poll(() => client.createReceiver("plain").peekMessages(1)).toEqual([]);
  await expect.poll(() => client.createReceiver("sessions").peekMessages(1)).toEqual([]);
});

test("a lock is not renewed beyond maxAutoLockRenewalDuration", async () => {
  const broker = await brokerOf({ q: { LockDuration: "PT1S" } });
  const host = await startOn(broker, recorder("q", false, { maxAutoLockRenewalDuration: "00:00:00" }));
  await send(broker, "q", [{ body: { n: 1, ms: 2500 } }]);
  await expect.poll(() => host.entries("begin").length, { timeout: 15_000 }).toBeGreaterThan(1);
  expect(host.entries("begin")[1]?.["deliveryCount"]).toBe(2);
});

test("when the broker goes, the host waits for it and goes on", async () => {
  const data = { dataDir: temporaryFolder() };
  const queues = { q: { RequiresSession: true } };
  const broker = await brokerOf(queues, data);
  const host = await startOn(broker, recorder("q", true, {}));
  await send(broker, "q", [{ sessionId: "a", body: { n: 1 } }]);
  await expect.poll(() => host.entries("end").length, { timeout: 15_000 }).toBe(1);
  await broker.close();
  await expect.poll(() => host.output).toContain("the broker is away");
  const again = await brokerOf(queues, { ...data, port: broker.port });
  await send(again, "q", [{ sessionId: "a", body: { n: 2 } }]);
  await expect.poll(() => host.entries("end").length, { timeout: 15_000 }).toBe(2);
  expect(host.output.match(/the broker is away/g)).toHaveLength(1);
  expect(host.output).toContain("the broker is back");
});

test("SIGTERM in the middle of work: what ran is settled, the rest is another host's, nothing runs twice", async () => {
  const broker = await brokerOf({ q: { RequiresSession: true } });
  const app = recorder("q", true, { maxConcurrentSessions: 4 });
  const messages = Array.from({ length: 60 }, (_, n) => ({ sessionId: `s${n % 6}`, body: { n, ms: 30 } }));
  await send(broker, "q", messages);
  const folder = temporaryFolder();
  const first = await startOn(broker, app, folder);
  await expect.poll(() => first.entries("end").length, { timeout: 15_000 }).toBeGreaterThan(5);
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  const done = first.entries("end").length;
  expect(done).toBeLessThan(60);
  expect(first.entries("begin")).toHaveLength(done);
  const second = await startOn(broker, app, folder);
  await expect.poll(() => second.entries("end").length, { timeout: 15_000 }).toBe(60);
  expect(
    second
      .entries("begin")
      .map(({ n }) => Number(n))
      .toSorted((a, b) => a - b),
  ).toEqual(messages.map(({ body }) => body.n));
});

test("a queue that does not exist is said once, and looked for again", async () => {
  const broker = await brokerOf({ other: {} });
  const host = await startOn(broker, recorder("missing", true, {}));
  await expect.poll(() => host.output, { timeout: 15_000 }).toContain("missing: amqp:not-found");
  expect(host.output.match(/amqp:not-found/g)).toHaveLength(1);
});

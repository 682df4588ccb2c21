import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ServiceBusClient, type ServiceBusSender } from "@azure/service-bus";

/**
 * Throughput of the local Service Bus broker through the real SDK, broker in a process of its own:
 *   node test/bench/servicebus.ts [--memory]
 * `--memory` leaves out the data folder.
 */
const BODY = "x".repeat(500);
const folder = mkdtempSync(join(tmpdir(), "caudal-bench-servicebus-"));
const config = join(folder, "Config.json");
const session = { RequiresSession: true, LockDuration: "PT1M" };
writeFileSync(
  config,
  JSON.stringify({
    UserConfig: {
      Namespaces: [
        {
          Name: "bench",
          Queues: [
            { Name: "plain" },
            { Name: "eight", Properties: session },
            { Name: "many", Properties: session },
          ],
        },
      ],
    },
  }),
);
const storage = process.argv.includes("--memory") ? [] : ["--data", join(folder, "data")];
const broker = spawn(
  process.execPath,
  ["infra/local/servicebus/main.ts", "--config", config, "--port", "0", ...storage],
  { stdio: ["ignore", "pipe", "inherit"] },
);

try {
  for await (const line of createInterface({ input: broker.stdout })) {
    const { connectionString } = JSON.parse(line.replace(/^ready /, "")) as { connectionString: string };
    await measure(new ServiceBusClient(connectionString));
    break;
  }
} finally {
  broker.kill("SIGTERM");
  rmSync(folder, { recursive: true, force: true });
}

/** Seconds of processor time the broker has used, on Linux; what it costs however busy the machine is. */
function brokerCpu(): number {
  try {
    const fields = readFileSync(`/proc/${broker.pid}/stat`, "utf8").split(") ")[1]!.split(" ");
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return NaN;
  }
}

async function measure(client: ServiceBusClient): Promise<void> {
  const figures: Record<string, string>[] = [];
  const timed = async (
    what: string,
    count: number,
    unit: string,
    run: () => Promise<void>,
  ): Promise<void> => {
    const start = performance.now();
    const cpu = brokerCpu();
    await run();
    const spent = brokerCpu() - cpu;
    const seconds = (performance.now() - start) / 1000;
    figures.push({
      what,
      count: `${count} ${unit}`,
      seconds: seconds.toFixed(2),
      "per second": (count / seconds).toFixed(0),
      "broker µs each": ((spent * 1e6) / count).toFixed(0),
    });
  };
  const plain = client.createSender("plain");
  await sendAll(plain, 2000, () => undefined);
  await timed("send, batches of 100", 30_000, "messages", () => sendAll(plain, 30_000, () => undefined));
  await timed("send one by one, 32 at a time", 5000, "messages", () => sendSingly(plain, 5000));
  await timed("receive and complete, 1 receiver", 10_000, "messages", () => drainPlain(client, 10_000));

  const eight = client.createSender("eight");
  await sendAll(eight, 16_000, (i) => `s${i % 8}`);
  await timed("receive and complete, 8 sessions", 16_000, "messages", () => drainEight(client, 16_000));

  const many = client.createSender("many");
  await sendAll(many, 500, (i) => `m${i}`);
  await timed("one-message sessions, 32 acceptors", 500, "sessions", () => drainMany(client, 32, 500));
  console.table(figures);
  await client.close();
}

async function sendAll(
  sender: ServiceBusSender,
  count: number,
  sessionOf: (i: number) => string | undefined,
): Promise<void> {
  const waiting = new Set<Promise<void>>();
  for (let i = 0; i < count; i += 100) {
    const messages = Array.from({ length: 100 }, (_, n) => {
      const sessionId = sessionOf(i + n);
      return { body: BODY, ...(sessionId === undefined ? {} : { sessionId }) };
    });
    const sent = sender.sendMessages(messages).then(() => void waiting.delete(sent));
    waiting.add(sent);
    if (waiting.size >= 8) await Promise.race(waiting);
  }
  await Promise.all(waiting);
}

async function sendSingly(sender: ServiceBusSender, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await sender.sendMessages({ body: BODY });
  };
  await Promise.all(Array.from({ length: 32 }, worker));
}

async function drainPlain(client: ServiceBusClient, count: number): Promise<void> {
  const receiver = client.createReceiver("plain");
  for (let done = 0; done < count;) {
    const messages = await receiver.receiveMessages(500, { maxWaitTimeInMs: 1000 });
    await Promise.all(messages.map((message) => receiver.completeMessage(message)));
    done += messages.length;
  }
  await receiver.close();
}

/** As a worker does: each session's messages one after the other, up to 50 of them under way. */
async function drainEight(client: ServiceBusClient, count: number): Promise<void> {
  const receivers = await Promise.all(
    Array.from({ length: 8 }, (_, i) => client.acceptSession("eight", `s${i}`)),
  );
  let left = count;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  for (const receiver of receivers) {
    receiver.subscribe(
      {
        processMessage: async (message) => {
          await receiver.completeMessage(message);
          if (--left === 0) resolve();
        },
        processError: async ({ error }) => reject(error),
      },
      { autoCompleteMessages: false, maxConcurrentCalls: 50 },
    );
  }
  await promise;
  await Promise.all(receivers.map((receiver) => receiver.close()));
}

async function drainMany(client: ServiceBusClient, acceptors: number, count: number): Promise<void> {
  let left = count;
  const acceptor = async (): Promise<void> => {
    while (left-- > 0) {
      const receiver = await client.acceptNextSession("many");
      const [message] = await receiver.receiveMessages(1);
      if (message !== undefined) await receiver.completeMessage(message);
      await receiver.close();
    }
  };
  await Promise.all(Array.from({ length: acceptors }, acceptor));
}

import type { ServiceBusMessage } from "@azure/service-bus";
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { appFolder, recordSource } from "./host-app-folder.ts";
import { HostProcess } from "./host-process.ts";
import { useBroker } from "./servicebus-broker.ts";

const lock = { LockDuration: "PT30S", MaxDeliveryCount: 10 };
const bus = useBroker({
  queues: {
    ordered: { ...lock, RequiresSession: true },
    plain: lock,
    batches: lock,
    events: { ...lock, RequiresSession: true, MaxDeliveryCount: 1 },
  },
  topics: [
    {
      Name: "changes",
      Subscriptions: [
        { Name: "first", Properties: { ...lock, RequiresSession: true } },
        { Name: "marketing", Properties: { ...lock, RequiresSession: true } },
      ],
    },
  ],
});
let host: HostProcess;
beforeAll(async () => {
  host = await HostProcess.start({
    env: { ServiceBusConnection: bus.broker.connectionString, ORDERED_QUEUE: "ordered" },
  });
});
afterAll(() => host.end());

let seen = 0;
afterEach(() => {
  seen = host.entries().length;
});
const since = (at: string) =>
  host
    .entries()
    .slice(seen)
    .filter((entry) => entry.at === at);

async function send(entity: string, messages: ServiceBusMessage[]): Promise<void> {
  const sender = bus.client.createSender(entity);
  await sender.sendMessages(messages);
  await sender.close();
}

test("a session's messages run one after the other, in order; sessions run side by side", async () => {
  const sessions = Array.from({ length: 6 }, (_, index) => `side-${index}`);
  await send(
    "ordered",
    [1, 2, 3].flatMap((n) => sessions.map((sessionId) => ({ sessionId, body: { n, ms: 100 } }))),
  );
  await expect.poll(() => since("end").length, { timeout: 15_000 }).toBe(18);
  for (const sessionId of sessions) {
    const order = host
      .entries()
      .slice(seen)
      .filter((entry) => entry["sessionId"] === sessionId);
    expect(order.map(({ at, n }) => `${at} ${String(n)}`)).toEqual(
      [1, 2, 3].flatMap((n) => [`begin ${n}`, `end ${n}`]),
    );
  }
  const marks = host
    .entries()
    .slice(seen)
    .map(({ at }) => (at === "begin" ? 1 : -1));
  let now = 0;
  expect(Math.max(...marks.map((mark) => (now += mark)))).toBeGreaterThan(1);
});

test("a message that fails comes again before those behind it", async () => {
  await send("ordered", [
    { sessionId: "fails", body: { n: 1, failUntil: 3 } },
    { sessionId: "fails", body: { n: 2 } },
  ]);
  await expect.poll(() => since("end").length, { timeout: 15_000 }).toBe(2);
  expect(since("begin").map(({ n, deliveryCount }) => [n, deliveryCount])).toEqual([
    [1, 1],
    [1, 2],
    [1, 3],
    [2, 1],
  ]);
});

test("the trigger's metadata is that of Azure, its peculiarities included", async () => {
  await send("plain", [
    {
      body: { kind: "note", flag: true, list: [1], nested: { Inner: 1 }, correlationId: "of the body" },
      messageId: "42",
      subject: "label",
      contentType: "application/json",
      correlationId: "of the message",
      to: "someone",
      replyTo: "nobody",
      applicationProperties: { TenantId: "t", count: 2 },
    },
  ]);
  await expect.poll(() => since("plain")).toHaveLength(1);
  const [entry] = since("plain") as unknown as [{ message: unknown; metadata: Record<string, unknown> }];
  expect(entry.message).toEqual({
    kind: "note",
    flag: true,
    list: [1],
    nested: { Inner: 1 },
    correlationId: "of the body",
  });
  expect(entry.metadata).toEqual({
    deliveryCount: 1,
    lockToken: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/),
    expiresAtUtc: "9999-12-31T23:59:59.999",
    enqueuedTimeUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/),
    messageId: 42,
    contentType: "application/json",
    replyTo: "nobody",
    sequenceNumber: expect.any(Number),
    to: "someone",
    subject: "label",
    label: "label",
    correlationId: "of the body",
    applicationProperties: { tenantId: "t", count: 2 },
    userProperties: { tenantId: "t", count: 2 },
    kind: "note",
    flag: "True",
    nested: { inner: 1 },
  });
});

test("bodies that are no JSON arrive as text", async () => {
  const texts = ["plain text", "{not json", "true story", "12:30", " 7 "];
  await send(
    "plain",
    texts.map((text) => ({ body: Buffer.from(text) })),
  );
  await expect.poll(() => since("plain").length).toBe(texts.length);
  expect(since("plain").map(({ message }) => message)).toEqual([
    "plain text",
    "{not json",
    "true story",
    "12:30",
    7,
  ]);
});

test("without sessions, no more than maxConcurrentCalls run at once, and a failure comes again", async () => {
  await send("plain", [
    ...Array.from({ length: 9 }, () => ({ body: { ms: 50 } })),
    { body: { failUntil: 2 } },
  ]);
  await expect.poll(() => since("plain").length, { timeout: 15_000 }).toBe(11);
});

test("a batch is one call with arrays of metadata", async () => {
  await send("batches", [
    { body: { b: 1 }, messageId: "first" },
    { body: { b: 2 }, messageId: "second" },
  ]);
  await expect.poll(() => since("many").length).toBe(1);
  const [batch] = since("many") as unknown as [{ messages: unknown[]; metadata: Record<string, unknown[]> }];
  expect(batch.messages).toEqual([{ b: 1 }, { b: 2 }]);
  expect(batch.metadata["messageIdArray"]).toEqual(["first", "second"]);
  expect(batch.metadata["deliveryCountArray"]).toEqual([1, 1]);
});

test("batches of sessions run one session after the other", async () => {
  await send(
    "changes",
    ["s1", "s2"].flatMap((sessionId) => [1, 2].map((b) => ({ sessionId, body: { sessionId, b } }))),
  );
  await expect.poll(() => since("session-batch").length, { timeout: 15_000 }).toBe(2);
  expect(since("session-batch").map(({ sessions }) => sessions)).toEqual([
    ["s1", "s1"],
    ["s2", "s2"],
  ]);
});

describe("a trigger on a dead-letter queue", () => {
  const common = 'connection: "ServiceBusConnection", isSessionsEnabled: false';
  const source = `import { app } from "@azure/functions";
${recordSource}
const handler = (message, context) => {
  const { triggerMetadata } = context;
  record({ at: "dead", message, metadata: triggerMetadata });
  if (message.failUntil > triggerMetadata.deliveryCount) throw new Error("not yet");
};
app.serviceBusQueue("dead-events", { ${common}, queueName: "events/$DeadLetterQueue", handler });
app.serviceBusTopic("dead-marketing", {
  ${common}, topicName: "changes", subscriptionName: "marketing/$DeadLetterQueue", handler,
});`;
  const properties = { entity: "customer", removed: false, Count: 2 };

  async function collector(): Promise<HostProcess> {
    const env = { ServiceBusConnection: bus.broker.connectionString };
    const started = await HostProcess.start({ app: appFolder(source), env });
    onTestFinished(() => started.end());
    return started;
  }

  test("of a subscription with sessions says why a message lies there, whose it was, and all else", async () => {
    await send("changes", [
      {
        sessionId: "customer|1",
        messageId: "crm:1",
        contentType: "application/json",
        body: { failUntil: 2 },
        applicationProperties: properties,
      },
    ]);
    const receiver = await bus.client.acceptSession("changes", "marketing", "customer|1");
    const [message] = await receiver.receiveMessages(1);
    await receiver.deadLetterMessage(message!, {
      deadLetterReason: "it fits nowhere",
      deadLetterErrorDescription: "no such field",
    });
    await receiver.close();

    const collecting = await collector();
    await expect.poll(() => collecting.entries("dead").length, { timeout: 15_000 }).toBe(2);
    const [first, second] = collecting.entries("dead");
    expect(first).toEqual({
      at: "dead",
      message: { failUntil: 2 },
      metadata: {
        deliveryCount: 1,
        lockToken: expect.any(String),
        expiresAtUtc: "9999-12-31T23:59:59.999",
        enqueuedTimeUtc: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/),
        messageId: "crm:1",
        contentType: "application/json",
        sequenceNumber: expect.any(Number),
        // The library makes the first letter of every name small, those of the sender's properties too.
        applicationProperties: {
          entity: "customer",
          removed: false,
          count: 2,
          deadLetterReason: "it fits nowhere",
          deadLetterErrorDescription: "no such field",
        },
        userProperties: expect.objectContaining({ deadLetterReason: "it fits nowhere" }),
        sessionId: "customer|1",
        partitionKey: "customer|1",
        failUntil: 2,
      },
    });
    // What fails there stays there, and comes again.
    expect(second).toMatchObject({ metadata: { deliveryCount: 2, messageId: "crm:1" } });
    const left = bus.client.createReceiver("changes", "marketing", { subQueueType: "deadLetter" });
    await expect.poll(() => left.peekMessages(1)).toEqual([]);
    await left.close();
  });

  test("of a queue has what was delivered too often", async () => {
    await send("events", [{ sessionId: "customer|1", messageId: "crm:2", body: { n: 1 } }]);
    const receiver = await bus.client.acceptSession("events", "customer|1");
    const [message] = await receiver.receiveMessages(1);
    await receiver.abandonMessage(message!);
    await receiver.close();

    const collecting = await collector();
    await expect.poll(() => collecting.entries("dead").length, { timeout: 15_000 }).toBe(1);
    expect(collecting.entries("dead")[0]).toMatchObject({
      message: { n: 1 },
      metadata: {
        // Deliveries go on being counted from those before.
        deliveryCount: 2,
        messageId: "crm:2",
        sessionId: "customer|1",
        applicationProperties: {
          deadLetterReason: "MaxDeliveryCountExceeded",
          deadLetterErrorDescription: "Message could not be consumed after 1 delivery attempts.",
        },
      },
    });
  });
});

test("a trigger whose setting is missing is disabled alone", () => {
  expect(host.output).toMatch(/error setting-missing is disabled: the setting "NoSuchConnection" is missing/);
});

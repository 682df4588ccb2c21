import { randomUUID } from "node:crypto";
import type { ServiceBusReceivedMessage, ServiceBusReceiver } from "@azure/service-bus";
import Long from "long";
import { describe, expect, test } from "vitest";
import { until, useBroker } from "./servicebus-broker.ts";

const long = { LockDuration: "PT30S" };
const context = useBroker({
  queues: {
    plain: long,
    batch: long,
    deleting: long,
    bodies: long,
    abandoning: long,
    letters: long,
    deferring: long,
    peeking: long,
    scheduled: long,
    sizes: long,
    shared: long,
    flood: long,
    expiring: { LockDuration: "PT0.4S" },
    renewing: { LockDuration: "PT0.6S" },
    three: { LockDuration: "PT30S", MaxDeliveryCount: 3 },
    dropped: { LockDuration: "PT1M" },
    mortal: { DefaultMessageTimeToLive: "PT0.3S", DeadLetteringOnMessageExpiration: true },
    vanishing: { DefaultMessageTimeToLive: "PT0.3S" },
    unique: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: "PT0.5S" },
  },
});

async function one(receiver: ServiceBusReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  if (message === undefined) throw new Error(`no message came from ${receiver.entityPath}`);
  return message;
}

describe("sending and receiving", () => {
  test("a message comes back with what the sender set, and what the broker adds", async () => {
    const before = Date.now();
    await context.client.createSender("plain").sendMessages({
      body: { text: "ähnlich" },
      messageId: "id-1",
      correlationId: "c",
      subject: "s",
      to: "t",
      replyTo: "r",
      contentType: "application/json",
      sessionId: "kept",
      replyToSessionId: "rs",
      timeToLive: 60_000,
      applicationProperties: { text: "x", whole: 7, part: 1.5, yes: true },
    });
    const receiver = context.client.createReceiver("plain");
    const message = await one(receiver);
    expect(message).toMatchObject({
      body: { text: "ähnlich" },
      messageId: "id-1",
      correlationId: "c",
      subject: "s",
      to: "t",
      replyTo: "r",
      contentType: "application/json",
      sessionId: "kept",
      replyToSessionId: "rs",
      timeToLive: 60_000,
      deliveryCount: 0,
      state: "active",
      applicationProperties: { text: "x", whole: 7, part: 1.5, yes: true },
    });
    expect(message.sequenceNumber?.toNumber()).toBe(1);
    expect(message.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(before - 1);
    expect(message.lockedUntilUtc?.getTime()).toBeGreaterThan(before + 29_000);
    await receiver.completeMessage(message);
    expect(await receiver.peekMessages(1)).toEqual([]);
  });

  test("messages come in the order they were sent, in batches as one by one", async () => {
    const sender = context.client.createSender("batch");
    const batch = await sender.createMessageBatch();
    expect(batch.maxSizeInBytes).toBe(256 * 1024);
    for (let i = 0; i < 50; i++) expect(batch.tryAddMessage({ body: i })).toBe(true);
    await sender.sendMessages(batch);
    await sender.sendMessages({ body: 50 });
    await sender.sendMessages([{ body: 51 }, { body: 52 }]);
    const receiver = context.client.createReceiver("batch");
    const bodies: unknown[] = [];
    while (bodies.length < 53)
      for (const message of await receiver.receiveMessages(20)) {
        bodies.push(message.body);
        expect(message.messageId).toBeTruthy();
        await receiver.completeMessage(message);
      }
    expect(bodies).toEqual(Array.from({ length: 53 }, (_, i) => i));
  });

  test("receive-and-delete removes what it hands out", async () => {
    await context.client.createSender("deleting").sendMessages([{ body: 1 }, { body: 2 }]);
    const receiver = context.client.createReceiver("deleting", { receiveMode: "receiveAndDelete" });
    expect((await one(receiver)).body).toBe(1);
    expect((await receiver.peekMessages(5)).map(({ body }) => body as unknown)).toEqual([2]);
    expect((await one(receiver)).body).toBe(2);
    expect(await receiver.peekMessages(5)).toEqual([]);
  });

  test.each([
    ["text", "plain text"],
    ["a number", 42.5],
    ["null", null],
    ["a list", [1, "two", { three: 3 }]],
    ["bytes", Buffer.from([0, 1, 254, 255])],
    ["200 KB", "y".repeat(200_000)],
  ])("a body that is %s comes back the same", async (_name, body) => {
    await context.client.createSender("bodies").sendMessages({ body });
    const receiver = context.client.createReceiver("bodies", { receiveMode: "receiveAndDelete" });
    expect((await one(receiver)).body).toEqual(body);
  });

  test.each(["value", "sequence", "data"] as const)("an AMQP %s body comes back as one", async (bodyType) => {
    const body = { value: "v", sequence: [["a", 1], ["b"]], data: Buffer.from("d") }[bodyType];
    await context.client.createSender("bodies").sendMessages({ body, bodyType });
    const receiver = context.client.createReceiver("bodies", { receiveMode: "receiveAndDelete" });
    const message = await one(receiver);
    expect(message._rawAmqpMessage.bodyType).toBe(bodyType);
    expect(message.body).toEqual(body);
  });

  test("two receivers share the messages of a queue without either getting one twice", async () => {
    const sender = context.client.createSender("shared");
    await sender.sendMessages(Array.from({ length: 40 }, (_, body) => ({ body })));
    const receivers = [context.client.createReceiver("shared"), context.client.createReceiver("shared")];
    const seen: unknown[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    for (const receiver of receivers)
      receiver.subscribe({
        processMessage: async ({ body }) => {
          seen.push(body);
          if (seen.length === 40) resolve();
        },
        processError: async ({ error }) => reject(error),
      });
    await promise;
    expect(seen.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, i) => i));
    await Promise.all(receivers.map((receiver) => receiver.close()));
  });
});

test("a receiver that holds all a link can have under way (2,048) goes on once it settles", async () => {
  const sender = context.client.createSender("flood");
  for (let i = 0; i < 25; i++)
    await sender.sendMessages(Array.from({ length: 100 }, (_, n) => ({ body: i * 100 + n })));
  const receiver = context.client.createReceiver("flood");
  const full = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  const seen: unknown[] = [];
  let settled = 0;
  receiver.subscribe(
    {
      processMessage: async (message) => {
        if (seen.push(message.body) === 2048) full.resolve();
        await full.promise;
        await receiver.completeMessage(message);
        if (++settled === 2500) all.resolve();
      },
      processError: async ({ error }) => all.reject(error),
    },
    { autoCompleteMessages: false, maxConcurrentCalls: 2500 },
  );
  await all.promise;
  expect(seen).toEqual(Array.from({ length: 2500 }, (_, i) => i));
  await receiver.close();
});

describe("settling", () => {
  test("an abandoned message comes back in its place, delivery count up, with the properties set on it", async () => {
    await context.client
      .createSender("abandoning")
      .sendMessages([{ body: 1, applicationProperties: { a: 1 } }, { body: 2 }]);
    const receiver = context.client.createReceiver("abandoning");
    await receiver.abandonMessage(await one(receiver), { b: "two" });
    const again = await one(receiver);
    expect(again).toMatchObject({ body: 1, deliveryCount: 1, applicationProperties: { a: 1, b: "two" } });
    await receiver.completeMessage(again);
    expect((await one(receiver)).body).toBe(2);
  });

  test("a dead-lettered message waits in the sub-queue with its reason and description", async () => {
    await context.client
      .createSender("letters")
      .sendMessages({ body: "bad", messageId: "m", applicationProperties: { kept: 1 } });
    const receiver = context.client.createReceiver("letters");
    await receiver.deadLetterMessage(await one(receiver), {
      deadLetterReason: "unreadable",
      deadLetterErrorDescription: "no such field",
      extra: 3,
    });
    expect(await receiver.peekMessages(1)).toEqual([]);
    const dead = context.client.createReceiver("letters", { subQueueType: "deadLetter" });
    const message = await one(dead);
    expect(message).toMatchObject({
      body: "bad",
      messageId: "m",
      deadLetterReason: "unreadable",
      deadLetterErrorDescription: "no such field",
      applicationProperties: { kept: 1, extra: 3 },
    });
    await dead.completeMessage(message);
    expect(await dead.peekMessages(1)).toEqual([]);
  });

  test("a deferred message is given out by its number alone, and stays deferred when abandoned", async () => {
    await context.client.createSender("deferring").sendMessages([{ body: "later" }, { body: "now" }]);
    const receiver = context.client.createReceiver("deferring");
    const later = await one(receiver);
    await receiver.deferMessage(later);
    expect((await one(receiver)).body).toBe("now");
    const number = later.sequenceNumber ?? Long.ZERO;
    const [first] = await receiver.receiveDeferredMessages(number);
    expect(first).toMatchObject({ body: "later", state: "deferred" });
    await receiver.abandonMessage(first!);
    expect((await receiver.peekMessages(1))[0]).toMatchObject({
      body: "later",
      state: "deferred",
      deliveryCount: 1,
    });
    const [second] = await receiver.receiveDeferredMessages([number]);
    await receiver.completeMessage(second!);
    await expect(receiver.receiveDeferredMessages(number)).rejects.toMatchObject({ code: "MessageNotFound" });
  });

  test("when the lock runs out the message comes back, and settling it then fails", async () => {
    await context.client.createSender("expiring").sendMessages({ body: "slow" });
    const receiver = context.client.createReceiver("expiring", { maxAutoLockRenewalDurationInMs: 0 });
    const first = await one(receiver);
    const second = await one(receiver);
    expect(second).toMatchObject({ body: "slow", deliveryCount: 1 });
    await expect(receiver.completeMessage(first)).rejects.toMatchObject({ code: "MessageLockLost" });
    await receiver.completeMessage(second);
  });

  test("renewing keeps the lock", async () => {
    await context.client.createSender("renewing").sendMessages({ body: "long work" });
    const receiver = context.client.createReceiver("renewing", { maxAutoLockRenewalDurationInMs: 0 });
    const message = await one(receiver);
    const end = Date.now() + 1500;
    while (Date.now() < end) {
      expect((await receiver.renewMessageLock(message)).getTime()).toBeGreaterThan(Date.now() + 300);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await receiver.completeMessage(message);
    expect(await receiver.peekMessages(1)).toEqual([]);
  });

  test("after MaxDeliveryCount failures a message is dead-lettered", async () => {
    await context.client.createSender("three").sendMessages({ body: "poison" });
    const receiver = context.client.createReceiver("three");
    for (let count = 0; count < 3; count++) {
      const message = await one(receiver);
      expect(message.deliveryCount).toBe(count);
      await receiver.abandonMessage(message);
    }
    const dead = await one(context.client.createReceiver("three", { subQueueType: "deadLetter" }));
    expect(dead).toMatchObject({ body: "poison", deadLetterReason: "MaxDeliveryCountExceeded" });
    expect(await receiver.peekMessages(1)).toEqual([]);
  });

  test("an unknown queue is refused", async () => {
    await expect(
      context.client.createSender(`no-${randomUUID()}`).sendMessages({ body: 1 }),
    ).rejects.toMatchObject({
      code: "MessagingEntityNotFound",
    });
  });
});

describe("looking", () => {
  test("peek shows messages from any number on, without locking them", async () => {
    await context.client
      .createSender("peeking")
      .sendMessages(Array.from({ length: 5 }, (_, i) => ({ body: i })));
    const receiver = context.client.createReceiver("peeking");
    expect((await receiver.peekMessages(3)).map(({ body }) => body as unknown)).toEqual([0, 1, 2]);
    expect((await receiver.peekMessages(3)).map(({ body }) => body as unknown)).toEqual([3, 4]);
    const from = await receiver.peekMessages(9, { fromSequenceNumber: Long.fromNumber(2) });
    expect(from.map(({ body }) => body as unknown)).toEqual([1, 2, 3, 4]);
    expect((await one(receiver)).body).toBe(0);
  });
});

describe("time", () => {
  test("a scheduled message comes at its time with a new number, unless it is cancelled", async () => {
    const sender = context.client.createSender("scheduled");
    const at = new Date(Date.now() + 400);
    const [kept, cancelled] = await sender.scheduleMessages([{ body: "kept" }, { body: "cancelled" }], at);
    const receiver = context.client.createReceiver("scheduled");
    expect((await receiver.peekMessages(2)).map(({ state }) => state)).toEqual(["scheduled", "scheduled"]);
    await sender.cancelScheduledMessages(cancelled!);
    const message = await one(receiver);
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
    expect(message).toMatchObject({ body: "kept", state: "active" });
    expect(message.sequenceNumber?.toNumber()).toBeGreaterThan(kept!.toNumber());
    await receiver.completeMessage(message);
    expect(await receiver.peekMessages(1)).toEqual([]);
    await expect(sender.cancelScheduledMessages(cancelled!)).rejects.toMatchObject({
      code: "MessageNotFound",
    });
  });

  test("an expired message is dead-lettered where the queue says so", async () => {
    await context.client.createSender("mortal").sendMessages({ body: "old", timeToLive: 60_000 });
    const dead = await one(context.client.createReceiver("mortal", { subQueueType: "deadLetter" }));
    expect(dead).toMatchObject({ body: "old", deadLetterReason: "TTLExpiredException" });
  });

  test("otherwise it is gone", async () => {
    await context.client.createSender("vanishing").sendMessages({ body: "old" });
    const receiver = context.client.createReceiver("vanishing");
    await until(
      "the message to expire",
      async () => (await receiver.peekMessages(1, { fromSequenceNumber: Long.ONE })).length === 0,
    );
    const dead = context.client.createReceiver("vanishing", { subQueueType: "deadLetter" });
    expect(await dead.peekMessages(1)).toEqual([]);
  });

  test("a second message with the same id is dropped within the window, and taken after it", async () => {
    const sender = context.client.createSender("unique");
    await sender.sendMessages([
      { body: 1, messageId: "a" },
      { body: 2, messageId: "b" },
      { body: 3, messageId: "a" },
    ]);
    const start = Date.now();
    await sender.sendMessages({ body: 4, messageId: "b" });
    const receiver = context.client.createReceiver("unique");
    const first = await receiver.peekMessages(9);
    expect(first.map(({ body }) => body as unknown)).toEqual([1, 2]);
    await until("the window to pass", async () => Date.now() > start + 600);
    await sender.sendMessages({ body: 5, messageId: "a" });
    expect((await receiver.peekMessages(9)).map(({ body }) => body as unknown)).toEqual([5]);
  });
});

describe("limits", () => {
  test("a message over 256 KB is refused with the service's error", async () => {
    const sender = context.client.createSender("sizes");
    await expect(sender.sendMessages({ body: "z".repeat(256 * 1024) })).rejects.toMatchObject({
      code: "MessageSizeExceeded",
    });
    await sender.sendMessages({ body: "z".repeat(255 * 1024) });
    const receiver = context.client.createReceiver("sizes", { receiveMode: "receiveAndDelete" });
    expect(String((await one(receiver)).body)).toHaveLength(255 * 1024);
  });

  test("an id over 128 characters is refused; one of 128 passes", async () => {
    const sender = context.client.createSender("sizes");
    await expect(sender.sendMessages({ body: 1, sessionId: "s".repeat(129) })).rejects.toThrow(/128/);
    await sender.sendMessages({ body: 1, messageId: "m".repeat(128), sessionId: "s".repeat(128) });
  });
});

test("a dropped connection gives its locked messages back at once", async () => {
  const { client, broker } = context;
  await client.createSender("dropped").sendMessages({ body: "held" });
  const { ServiceBusClient } = await import("@azure/service-bus");
  const other = new ServiceBusClient(broker.connectionString);
  await one(other.createReceiver("dropped"));
  await other.close();
  const start = Date.now();
  expect(await one(client.createReceiver("dropped"))).toMatchObject({ body: "held", deliveryCount: 1 });
  expect(Date.now() - start).toBeLessThan(9000);
});

import type { ServiceBusReceivedMessage } from "@azure/service-bus";
import Long from "long";
import { expect, test } from "vitest";
import { clientOf, until } from "./servicebus-broker.ts";
import { BrokerFolder } from "./servicebus-process.ts";

const entities = {
  queues: {
    plain: { LockDuration: "PT1M" },
    sessions: { RequiresSession: true, LockDuration: "PT1M" },
    unique: { RequiresDuplicateDetection: true, DuplicateDetectionHistoryTimeWindow: "PT10M" },
    later: {},
  },
  topics: [{ Name: "topic", Subscriptions: [{ Name: "one" }, { Name: "two" }] }],
};

test("after kill -9 what was accepted is there, in order, and what was settled is not", async () => {
  await using folder = new BrokerFolder(entities);
  const first = await folder.start();
  const before = clientOf(first);
  await before.createSender("plain").sendMessages(Array.from({ length: 20 }, (_, body) => ({ body })));
  await before.createSender("topic").sendMessages({ body: "copied" });
  const receiver = before.createReceiver("plain");
  const messages = await receiver.receiveMessages(6);
  expect(messages).toHaveLength(6);
  await receiver.completeMessage(messages[0]!);
  await receiver.abandonMessage(messages[1]!, { tried: 1 });
  await receiver.deadLetterMessage(messages[2]!, { deadLetterReason: "bad", deadLetterErrorDescription: "" });
  await receiver.deferMessage(messages[3]!);
  const copy = before.createReceiver("topic", "one");
  await copy.completeMessage((await copy.receiveMessages(1))[0]!);
  await first.kill("SIGKILL");
  await before.close();

  const second = await folder.start();
  const client = clientOf(second);
  const again = client.createReceiver("plain");
  const [deferred] = await again.receiveDeferredMessages(messages[3]!.sequenceNumber!);
  expect(deferred!.body).toBe(3);
  await again.completeMessage(deferred!);
  const rest: unknown[] = [];
  let abandoned: ServiceBusReceivedMessage | undefined;
  while (rest.length < 17)
    for (const message of await again.receiveMessages(20)) {
      if (message.body === 1) abandoned = message;
      rest.push(message.body);
      await again.completeMessage(message);
    }
  expect(abandoned).toMatchObject({ deliveryCount: 1, applicationProperties: { tried: 1 } });
  expect(rest).toEqual([1, ...Array.from({ length: 16 }, (_, i) => i + 4)]);
  const dead = client.createReceiver("plain", { subQueueType: "deadLetter" });
  expect((await dead.peekMessages(5)).map(({ body }) => body as unknown)).toEqual([2]);
  expect(await client.createReceiver("topic", "one").peekMessages(5)).toEqual([]);
  expect(await client.createReceiver("topic", "two").peekMessages(5)).toHaveLength(1);
  await client.createSender("plain").sendMessages({ body: "new" });
  const [fresh] = await again.peekMessages(1, { fromSequenceNumber: Long.ONE });
  expect(fresh!.sequenceNumber!.toNumber()).toBe(21);
  await client.close();
  expect(await second.kill("SIGTERM")).toBe(0);
});

test("session state, rules, the ids of duplicate detection and scheduled messages outlive kill -9", async () => {
  await using folder = new BrokerFolder(entities);
  const first = await folder.start();
  const before = clientOf(first);
  await before.createSender("sessions").sendMessages([
    { body: 1, sessionId: "s" },
    { body: 2, sessionId: "s" },
  ]);
  const held = await before.acceptSession("sessions", "s");
  await held.setSessionState({ step: 1 });
  await held.completeMessage((await held.receiveMessages(1))[0]!);
  await before.createSender("unique").sendMessages({ body: 1, messageId: "same" });
  const [cancelled] = await before
    .createSender("later")
    .scheduleMessages({ body: "never" }, new Date(Date.now() + 600_000));
  const at = new Date(Date.now() + 1500);
  await before.createSender("later").scheduleMessages({ body: "soon" }, at);
  const rules = before.createRuleManager("topic", "one");
  await rules.deleteRule("$Default");
  await rules.createRule("mine", { sqlExpression: "a = 1" });
  await first.kill("SIGKILL");
  await before.close();

  const client = clientOf(await folder.start());
  const kept = [];
  for await (const { name } of client.createRuleManager("topic", "one").listRules()) kept.push(name);
  expect(kept).toEqual(["mine"]);
  const session = await client.acceptNextSession("sessions");
  expect(session.sessionId).toBe("s");
  expect(await session.getSessionState()).toEqual({ step: 1 });
  expect((await session.receiveMessages(1))[0]).toMatchObject({ body: 2 });
  await client.createSender("unique").sendMessages([
    { body: 2, messageId: "same" },
    { body: 3, messageId: "other" },
  ]);
  const unique = await client.createReceiver("unique").peekMessages(5);
  expect(unique.map(({ body }) => body as unknown)).toEqual([1, 3]);
  await client.createSender("later").cancelScheduledMessages(cancelled!);
  const [message] = await client.createReceiver("later").receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  expect(message!.body).toBe("soon");
  expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
  await client.close();
});

test("killed while senders and receivers are at work, it loses nothing accepted and returns nothing settled", async () => {
  await using folder = new BrokerFolder(entities);
  const first = await folder.start();
  const before = clientOf(first, 1000);
  const accepted = new Set<number>();
  const settled = new Set<number>();
  const stop = new AbortController();
  const sending = (async () => {
    const sender = before.createSender("plain");
    for (let i = 0; !stop.signal.aborted; i += 10) {
      const numbers = Array.from({ length: 10 }, (_, n) => i + n);
      await sender.sendMessages(numbers.map((body) => ({ body })));
      for (const number of numbers) accepted.add(number);
    }
  })().catch(() => "the broker is gone");
  const receiver = before.createReceiver("plain");
  const receiving = (async () => {
    while (!stop.signal.aborted) {
      for (const message of await receiver.receiveMessages(20, { maxWaitTimeInMs: 200 })) {
        await receiver.completeMessage(message);
        settled.add(message.body as number);
      }
    }
  })().catch(() => "the broker is gone");
  await until("some traffic", async () => accepted.size > 300 && settled.size > 50);
  await first.kill("SIGKILL");
  stop.abort();
  await Promise.all([sending, receiving]);
  await before.close();

  const client = clientOf(await folder.start());
  const left = new Set<number>();
  const again = client.createReceiver("plain", { receiveMode: "receiveAndDelete" });
  for (;;) {
    const messages = await again.receiveMessages(500, { maxWaitTimeInMs: 500 });
    if (messages.length === 0) break;
    for (const { body } of messages) left.add(body as number);
  }
  const missing = Array.from(accepted).filter((number) => !settled.has(number) && !left.has(number));
  // one settlement may have been kept without its answer reaching the client
  expect(missing.length).toBeLessThanOrEqual(1);
  expect(Array.from(settled).filter((number) => left.has(number))).toEqual([]);
  await client.close();
});

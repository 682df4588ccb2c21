import type { ServiceBusReceiver } from "@azure/service-bus";
import Long from "long";
import { expect, test } from "vitest";
import { until, useBroker } from "./servicebus-broker.ts";

const sql = (Name: string, SqlExpression: string): object => ({
  Name,
  Properties: { FilterType: "Sql", SqlFilter: { SqlExpression } },
});
const correlation = (Name: string, CorrelationFilter: object): object => ({
  Name,
  Properties: { FilterType: "Correlation", CorrelationFilter },
});

const context = useBroker({
  queues: {
    target: {},
    source: { ForwardTo: "target" },
    graves: {},
    mourned: { ForwardDeadLetteredMessagesTo: "graves" },
  },
  topics: [
    {
      Name: "events",
      Subscriptions: [
        { Name: "everything" },
        { Name: "red", Rules: [sql("colour", "color = 'red' AND size >= 3")] },
        { Name: "either", Rules: [sql("a", "color = 'blue'"), sql("b", "sys.Label LIKE 'urgent%'")] },
        { Name: "exact", Rules: [correlation("c", { Label: "urgent!", Properties: { size: 3 } })] },
        { Name: "none", Rules: [sql("never", "1 = 0")] },
      ],
    },
    { Name: "ruled", Subscriptions: [{ Name: "one" }] },
    { Name: "picky", Subscriptions: [{ Name: "some", Rules: [sql("x", "x = 1")] }] },
    {
      Name: "timed",
      Properties: { RequiresDuplicateDetection: true },
      Subscriptions: [{ Name: "one", Properties: { RequiresSession: true } }],
    },
  ],
});

async function bodies(receiver: ServiceBusReceiver, count: number): Promise<unknown[]> {
  const messages = await until(`${count} messages in ${receiver.entityPath}`, async () => {
    const found = await receiver.peekMessages(100, { fromSequenceNumber: Long.ONE });
    return found.length >= count && found;
  });
  return messages.map(({ body }) => body as unknown);
}

test("each subscription gets a copy of what passes one of its rules, once", async () => {
  const sender = context.client.createSender("events");
  await sender.sendMessages([
    { body: 1, applicationProperties: { color: "red", size: 3 } },
    { body: 2, applicationProperties: { color: "red", size: 2 } },
    { body: 3, applicationProperties: { color: "blue", size: 3 }, subject: "urgent!" },
    { body: 4 },
  ]);
  const of = (subscription: string): ServiceBusReceiver =>
    context.client.createReceiver("events", subscription);
  expect(await bodies(of("everything"), 4)).toEqual([1, 2, 3, 4]);
  expect(await bodies(of("red"), 1)).toEqual([1]);
  expect(await bodies(of("either"), 1)).toEqual([3]);
  expect(await bodies(of("exact"), 1)).toEqual([3]);
  expect(await bodies(of("none"), 0)).toEqual([]);
});

test("copies are settled apart; each subscription has its own dead-letter queue", async () => {
  const [first, second] = ["everything", "red"].map((name) => context.client.createReceiver("events", name));
  const [message] = await first!.receiveMessages(1);
  await first!.deadLetterMessage(message!, { deadLetterReason: "no", deadLetterErrorDescription: "" });
  expect(
    await bodies(context.client.createReceiver("events", "everything", { subQueueType: "deadLetter" }), 1),
  ).toEqual([1]);
  expect(await bodies(second!, 1)).toEqual([1]);
});

test("a message that no subscription wants is gone", async () => {
  const sender = context.client.createSender("picky");
  await sender.sendMessages([{ body: 1 }, { body: 2, applicationProperties: { x: 1 } }]);
  expect(await bodies(context.client.createReceiver("picky", "some"), 1)).toEqual([2]);
});

test("a topic schedules, cancels and drops duplicates as a queue does; sessions pass through", async () => {
  const sender = context.client.createSender("timed");
  const at = new Date(Date.now() + 300);
  const [cancelled] = await sender.scheduleMessages({ body: 0, sessionId: "s" }, at);
  await sender.scheduleMessages({ body: 1, sessionId: "s", messageId: "same" }, at);
  await sender.sendMessages({ body: 2, sessionId: "s", messageId: "same" });
  await sender.cancelScheduledMessages(cancelled!);
  const receiver = await context.client.acceptNextSession("timed", "one");
  expect(receiver.sessionId).toBe("s");
  const messages = await receiver.receiveMessages(5, { maxWaitTimeInMs: 300 });
  expect(messages.map(({ body }) => body as unknown)).toEqual([1]);
  await receiver.close();
});

test("a message without session for a subscription with sessions is dead-lettered there", async () => {
  await context.client.createSender("timed").sendMessages({ body: "lone" });
  const dead = context.client.createReceiver("timed", "one", { subQueueType: "deadLetter" });
  const [message] = await dead.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  expect(message).toMatchObject({ body: "lone", deadLetterReason: "Session ID is null." });
});

test("topics are not received from, subscriptions not sent to", async () => {
  await expect(context.client.createReceiver("events").receiveMessages(1)).rejects.toThrow(/is a topic/);
  const sender = context.client.createSender("events/Subscriptions/red");
  await expect(sender.sendMessages({ body: 1 })).rejects.toThrow(/cannot be sent/);
});

test("ForwardTo hands messages on", async () => {
  await context.client.createSender("source").sendMessages({ body: "on" });
  expect(await bodies(context.client.createReceiver("target"), 1)).toEqual(["on"]);
});

test("ForwardDeadLetteredMessagesTo hands dead letters on, with where they came from", async () => {
  await context.client.createSender("mourned").sendMessages({ body: "dead" });
  const receiver = context.client.createReceiver("mourned");
  const [message] = await receiver.receiveMessages(1);
  await receiver.deadLetterMessage(message!, { deadLetterReason: "why", deadLetterErrorDescription: "" });
  const [moved] = await context.client
    .createReceiver("graves")
    .receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  expect(moved).toMatchObject({
    body: "dead",
    deadLetterSource: "mourned",
    applicationProperties: { DeadLetterReason: "why" },
  });
});

test("rules are listed, added and removed while the topic is in use", async () => {
  const rules = context.client.createRuleManager("ruled", "one");
  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    for await (const { name } of rules.listRules()) found.push(name);
    return found;
  };
  expect(await names()).toEqual(["$Default"]);
  await rules.deleteRule("$Default");
  await rules.createRule("big", { sqlExpression: "size > 5" });
  await rules.createRule("blue", { subject: "s", applicationProperties: { color: "blue" } });
  expect(await names()).toEqual(["big", "blue"]);
  const found = [];
  for await (const rule of rules.listRules()) found.push(rule.filter);
  expect(found[0]).toEqual({ sqlExpression: "size > 5" });
  expect(found[1]).toMatchObject({ subject: "s", applicationProperties: { color: "blue" } });
  await context.client
    .createSender("ruled")
    .sendMessages([
      { body: 1 },
      { body: 2, applicationProperties: { size: 6 } },
      { body: 3, subject: "s", applicationProperties: { color: "blue" } },
    ]);
  expect(await bodies(context.client.createReceiver("ruled", "one"), 2)).toEqual([2, 3]);
  await expect(rules.createRule("big", { sqlExpression: "1=1" })).rejects.toThrow(/already exists/);
  await expect(rules.createRule("bad", { sqlExpression: "size >" })).rejects.toThrow(/expected a value/);
  await expect(
    rules.createRule("acting", { sqlExpression: "1=1" }, { sqlExpression: "SET a = 1" }),
  ).rejects.toThrow(/not supported/);
  await expect(rules.deleteRule("gone")).rejects.toMatchObject({ code: "MessagingEntityNotFound" });
});

import type { ServiceBusMessage } from "@azure/service-bus";
import { describe, expect, test } from "vitest";
import { clientOf } from "./servicebus-broker.ts";
import { BrokerFolder } from "./servicebus-process.ts";

const sessions = { RequiresSession: true, LockDuration: "PT1M" };
const entities = {
  queues: { later: sessions },
  topics: [
    {
      Name: "changes",
      Subscriptions: [
        {
          Name: "red",
          Properties: sessions,
          Rules: [
            { Name: "r", Properties: { FilterType: "Sql", SqlFilter: { SqlExpression: "color = 'red'" } } },
          ],
        },
      ],
    },
  ],
};

describe.concurrent.each([
  { what: "a queue", entity: "later", source: ["later"] as const },
  { what: "a topic's subscription", entity: "changes", source: ["changes", "red"] as const },
])("a message that is sent for later in a plain batch, to $what", ({ entity, source }) => {
  test("comes then and not before, with session and properties, over a restart of the broker", async () => {
    await using folder = new BrokerFolder(entities);
    const first = await folder.start();
    const before = clientOf(first);
    const at = new Date(Date.now() + 6_000);
    const message = (body: string, sessionId: string, scheduledEnqueueTimeUtc?: Date): ServiceBusMessage => ({
      body,
      sessionId,
      messageId: `id of ${body}`,
      applicationProperties: { color: "red", size: 3 },
      ...(scheduledEnqueueTimeUtc === undefined ? {} : { scheduledEnqueueTimeUtc }),
    });
    const sender = before.createSender(entity);
    const batch = await sender.createMessageBatch();
    expect(batch.tryAddMessage(message("later", "s", at))).toBe(true);
    expect(batch.tryAddMessage(message("at once", "s"))).toBe(true);
    await sender.sendMessages(batch);
    // What lies behind it is not held up.
    const receiver =
      source.length === 1
        ? await before.acceptSession(source[0], "s")
        : await before.acceptSession(...source, "s");
    const [now] = await receiver.receiveMessages(1);
    expect(now?.body).toBe("at once");
    if (now) await receiver.completeMessage(now);
    await first.kill("SIGKILL");
    await before.close();

    const client = clientOf(await folder.start());
    const next =
      source.length === 1
        ? await client.acceptNextSession(source[0])
        : await client.acceptNextSession(...source);
    const [later] = await next.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
    expect(Date.now()).toBeGreaterThanOrEqual(at.getTime());
    expect(later).toMatchObject({
      body: "later",
      sessionId: "s",
      messageId: "id of later",
      applicationProperties: { color: "red", size: 3 },
      state: "active",
      deliveryCount: 0,
    });
    expect(later?.enqueuedTimeUtc?.getTime()).toBeGreaterThanOrEqual(at.getTime());
    await client.close();
  });
});

import {
  ServiceBusClient,
  type ServiceBusReceivedMessage,
  type ServiceBusSessionReceiver,
} from "@azure/service-bus";
import rhea from "rhea";
import { describe, expect, test } from "vitest";
import type { Broker } from "../../infra/local/servicebus/broker.ts";
import { clientOf, useBroker } from "./servicebus-broker.ts";

const long = { RequiresSession: true, LockDuration: "PT30S" };
const short = { RequiresSession: true, LockDuration: "PT0.5S" };
const context = useBroker({
  queues: {
    ordered: long,
    named: long,
    next: long,
    waiting: long,
    release: long,
    empty: long,
    state: long,
    abandon: long,
    parting: long,
    crash: long,
    refused: long,
    many: long,
    plain: {},
    lost: short,
    counted: { ...short, MaxDeliveryCount: 2 },
    renewed: short,
    deferred: long,
  },
});

/** Without automatic renewal, so that locks end when the broker says so. */
const still = { maxAutoLockRenewalDurationInMs: 0 };

async function one(receiver: ServiceBusSessionReceiver): Promise<ServiceBusReceivedMessage> {
  const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
  if (message === undefined) throw new Error(`no message came from session ${receiver.sessionId}`);
  return message;
}

async function send(queue: string, ...messages: [session: string, body: unknown][]): Promise<void> {
  const sender = context.client.createSender(queue);
  await sender.sendMessages(messages.map(([sessionId, body]) => ({ sessionId, body })));
}

describe("order", () => {
  test("each session gives its own messages, in the order they were sent", async () => {
    await send("ordered", ["a", 1], ["b", 2], ["a", 3], ["b", 4], ["a", 5]);
    const seen: Record<string, unknown[]> = {};
    for (const id of ["a", "b"]) {
      const receiver = await context.client.acceptSession("ordered", id);
      seen[id] = [];
      while (seen[id].length < (id === "a" ? 3 : 2))
        for (const message of await receiver.receiveMessages(5)) {
          seen[id].push(message.body);
          expect(message.sessionId).toBe(id);
          await receiver.completeMessage(message);
        }
      await receiver.close();
    }
    expect(seen).toEqual({ a: [1, 3, 5], b: [2, 4] });
  });

  test("an abandoned message comes back before the later ones", async () => {
    await send("abandon", ["s", 1], ["s", 2], ["s", 3]);
    const receiver = await context.client.acceptSession("abandon", "s");
    const messages = await receiver.receiveMessages(2);
    expect(messages.map(({ body }) => body as unknown)).toEqual([1, 2]);
    await receiver.abandonMessage(messages[0]!);
    expect(await one(receiver)).toMatchObject({ body: 1, deliveryCount: 1 });
    expect((await one(receiver)).body).toBe(3);
    await receiver.close();
  });
});

describe("accepting", () => {
  test("a held session is refused to others, and free again once closed", async () => {
    await send("named", ["s", 1]);
    const holder = await context.client.acceptSession("named", "s");
    await expect(context.client.acceptSession("named", "s")).rejects.toMatchObject({
      code: "SessionCannotBeLocked",
    });
    await holder.close();
    const next = await context.client.acceptSession("named", "s");
    expect(await one(next)).toMatchObject({ body: 1, deliveryCount: 0 });
    await next.close();
  });

  test("a named session may be empty, and gets what is sent to it", async () => {
    const receiver = await context.client.acceptSession("empty", "new");
    expect(receiver.sessionLockedUntilUtc.getTime()).toBeGreaterThan(Date.now() + 20_000);
    const message = one(receiver);
    await send("empty", ["other", 0], ["new", 1]);
    expect((await message).body).toBe(1);
    await receiver.close();
  });

  test("the next available session is one that nobody holds, the longest waiting first", async () => {
    await send("next", ["a", 1], ["b", 2], ["c", 3]);
    const receivers = [
      await context.client.acceptNextSession("next"),
      await context.client.acceptNextSession("next"),
      await context.client.acceptNextSession("next"),
    ];
    expect(receivers.map(({ sessionId }) => sessionId)).toEqual(["a", "b", "c"]);
    await Promise.all(receivers.map((receiver) => receiver.close()));
  });

  test("a waiting accept gets a session the moment a message is sent", async () => {
    const accept = context.client.acceptNextSession("waiting");
    await context.client.createReceiver("plain").peekMessages(1);
    const start = Date.now();
    await send("waiting", ["late", 1]);
    const receiver = await accept;
    expect(receiver.sessionId).toBe("late");
    expect(Date.now() - start).toBeLessThan(2000);
    await receiver.close();
  });

  test("a waiting accept gets a session the moment it is released", async () => {
    await send("release", ["s", 1]);
    const holder = await context.client.acceptNextSession("release");
    const accept = context.client.acceptNextSession("release");
    await context.client.createReceiver("plain").peekMessages(1);
    await holder.close();
    const receiver = await accept;
    expect(receiver.sessionId).toBe("s");
    await receiver.close();
  });

  test("without a session in time the accept times out", async () => {
    const client = new ServiceBusClient(context.broker.connectionString, {
      retryOptions: { maxRetries: 0, timeoutInMs: 300 },
    });
    await expect(client.acceptNextSession("refused")).rejects.toMatchObject({ code: "ServiceTimeout" });
    await client.close();
  });

  test("sessions and their absence must match the queue", async () => {
    await expect(context.client.acceptSession("plain", "x")).rejects.toMatchObject({
      code: "SessionCannotBeLocked",
    });
    await expect(context.client.createReceiver("refused").receiveMessages(1)).rejects.toThrow(
      /non-sessionful/,
    );
    await expect(context.client.createSender("refused").sendMessages({ body: 1 })).rejects.toThrow(
      /SessionId was not set/,
    );
  });

  test("many acceptors drain many sessions, each session once", async () => {
    await send("many", ...Array.from({ length: 60 }, (_, i): [string, unknown] => [`s${i}`, i]));
    const seen: string[] = [];
    let left = 60;
    const acceptor = async (): Promise<void> => {
      while (left-- > 0) {
        const receiver = await context.client.acceptNextSession("many");
        seen.push(receiver.sessionId);
        await receiver.completeMessage(await one(receiver));
        await receiver.close();
      }
    };
    await Promise.all(Array.from({ length: 8 }, acceptor));
    expect(new Set(seen).size).toBe(60);
  });
});

describe("state", () => {
  test("a session's state is kept until it is set to null, whoever holds the session", async () => {
    const first = await context.client.acceptSession("state", "s");
    expect(await first.getSessionState()).toBeNull();
    await first.setSessionState({ step: 3 });
    await first.close();
    const second = await context.client.acceptSession("state", "s");
    expect(await second.getSessionState()).toEqual({ step: 3 });
    await second.setSessionState(null);
    expect(await second.getSessionState()).toBeNull();
    await second.close();
  });

  test("a deferred message of a session is received and settled under its lock", async () => {
    await send("deferred", ["s", 1]);
    const receiver = await context.client.acceptSession("deferred", "s");
    const message = await one(receiver);
    await receiver.deferMessage(message);
    const [again] = await receiver.receiveDeferredMessages(message.sequenceNumber!);
    expect(again).toMatchObject({ body: 1, state: "deferred", sessionId: "s" });
    await receiver.completeMessage(again!);
    expect(await receiver.peekMessages(1)).toEqual([]);
    await receiver.close();
  });
});

describe("locks", () => {
  test("when the session's lock runs out its link ends, and the messages count a failed delivery", async () => {
    await send("lost", ["s", 1]);
    const receiver = await context.client.acceptSession("lost", "s", still);
    const message = await one(receiver);
    const next = await context.client.acceptNextSession("lost", still);
    expect(next.sessionId).toBe("s");
    await expect(receiver.completeMessage(message)).rejects.toMatchObject({ code: "SessionLockLost" });
    const again = await one(next);
    expect(again).toMatchObject({ body: 1, deliveryCount: 1 });
    await next.completeMessage(again);
    await next.close();
  });

  test("a session lock that keeps running out dead-letters the message it was lost over", async () => {
    await send("counted", ["s", "poison"]);
    for (let count = 0; count < 2; count++) {
      const receiver = await context.client.acceptNextSession("counted", still);
      expect(await one(receiver)).toMatchObject({ body: "poison", deliveryCount: count });
    }
    const dead = context.client.createReceiver("counted", { subQueueType: "deadLetter" });
    const [message] = await dead.receiveMessages(1, { maxWaitTimeInMs: 10_000 });
    expect(message).toMatchObject({
      body: "poison",
      sessionId: "s",
      deadLetterReason: "MaxDeliveryCountExceeded",
    });
  });

  test("renewing keeps the session", async () => {
    await send("renewed", ["s", 1]);
    const receiver = await context.client.acceptSession("renewed", "s", still);
    const message = await one(receiver);
    const end = Date.now() + 1200;
    while (Date.now() < end) {
      expect((await receiver.renewSessionLock()).getTime()).toBeGreaterThan(Date.now() + 200);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await receiver.completeMessage(message);
    await receiver.close();
  });

  test("closing gives unsettled messages back uncounted; so does a dropped connection, at once", async () => {
    await send("crash", ["s", 1]);
    const other = clientOf(context.broker);
    const holder = await other.acceptSession("crash", "s");
    await one(holder);
    await other.close();
    const receiver = await context.client.acceptSession("crash", "s");
    expect(await one(receiver)).toMatchObject({ body: 1, deliveryCount: 0 });
    await receiver.close();
  });

  test.each(["link", "session", "connection"] as const)(
    "what is settled right before its %s closes stays settled",
    async (what) => {
      await send("parting", [what, 1], [what, 2]);
      await settleFirstAndClose(context.broker, "parting", what);
      const receiver = await context.client.acceptSession("parting", what);
      const rest = await one(receiver);
      expect(rest.body).toBe(2);
      await receiver.completeMessage(rest);
      await receiver.close();
    },
  );
});

/** An AMQP client that settles the first message of the session of that name, and closes in the same write. */
async function settleFirstAndClose(
  { host, port }: Broker,
  queue: string,
  what: "link" | "session" | "connection",
): Promise<void> {
  const connection = rhea.create_container().connect({ host, port, username: "any", reconnect: false });
  const closed = new Promise<void>((resolve, reject) => {
    connection.on(`${what === "link" ? "receiver" : what}_close`, () => resolve());
    connection.on("receiver_error", ({ receiver }) => reject(new Error(String(receiver?.error))));
  });
  connection.open_receiver({
    source: { address: queue, filter: { "com.microsoft:session-filter": what } },
    rcv_settle_mode: 1,
    autoaccept: false,
    credit_window: 1,
  });
  connection.on("message", ({ receiver, delivery }) => {
    delivery!.accept();
    const parting = { link: receiver!, session: receiver!.session, connection };
    parting[what].close();
  });
  await closed;
  connection.close();
}

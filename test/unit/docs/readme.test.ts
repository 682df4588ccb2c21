import { createHmac, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, test } from "vitest";
import type {
  AppDefinition,
  CloudEvent,
  IntegrationDefinition,
  ReceiverDefinition,
  Snapshot,
} from "../../../engine/define/index.ts";
import { topologyOf } from "../../../engine/define/topology.ts";
import type { OutgoingMessage, Ports } from "../../../engine/ports.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { receive } from "../../../engine/sync/receive.ts";
import { attemptContext } from "../connectors/rest/attempt-context.ts";
import { memoryPorts } from "../sync/memory-ports.ts";
import { followPages } from "./example-checkout.ts";
import { declaredSettings, documentedSettings } from "./settings.ts";

const checkout = followPages("README.md");
afterAll(() => checkout[Symbol.dispose]());
const app = (await checkout.load("functions/app.ts"))["default"] as AppDefinition;

describe("the test that the README shows", async () => {
  await checkout.load("test/unit/rules/customer-from-loyalty.test.ts");
});

describe("the example of the README", () => {
  test("adds the files that it says, and compiles", { timeout: 60_000 }, () => {
    expect(checkout.added).toEqual([
      "schemas/loyalty.ts",
      "functions/receivers/loyalty.ts",
      "rules/customer-from-loyalty.ts",
      "functions/integrations/tills.ts",
      "test/unit/rules/customer-from-loyalty.test.ts",
    ]);
    expect(checkout.types()).toBe("");
  });

  test("documents its settings", () => {
    expect(documentedSettings(checkout.folder)).toEqual(declaredSettings(checkout.folder));
  });

  test("gives the integration a subscription of its own", () => {
    const subscription = topologyOf(app).topics[0]?.subscriptions.find(({ name }) => name === "tills");
    expect(subscription?.filter).toMatch(
      /^only = 'tills' OR \(only IS NULL AND entity = 'customer' AND \(removed = TRUE OR changed LIKE '%\|loyalty\|%'/,
    );
  });

  test("turns a signed webhook into an event that a rule takes", async () => {
    const [event] = await received({
      happenedAt: "2026-03-02T10:00:00+01:00",
      member: { documentType: "CC", documentNumber: "1020", tier: "gold", points: 950 },
    });
    expect(event).toMatchObject({
      id: "loyalty:msg_1",
      source: "loyalty",
      type: "loyalty.member",
      subject: "customer|CC-1020",
      time: "2026-03-02T09:00:00.000Z",
      data: { tier: "gold", points: 950 },
    });
    expect(app.rules.get(event?.type ?? "")?.name).toBe("customer-from-loyalty");
  });

  test("sends the request that it shows", async () => {
    const identity = { documentType: "CC", documentNumber: "1020" };
    const member = { identity, loyalty: { tier: "gold", points: 950 } };
    expect(await sentFor(member)).toBe('PUT /discounts/CC-1020 {"percent":10}');
    expect(await sentFor({ identity })).toBe("DELETE /discounts/CC-1020 ");
    expect(await sentFor(undefined)).toBe("DELETE /discounts/CC-1020 ");
  });
});

/** What the receiver puts on the queue for a payload, signed as its sender would. */
async function received(payload: unknown): Promise<CloudEvent[]> {
  const receiver = app.receivers.find(({ name }) => name === "loyalty") as ReceiverDefinition;
  const key = randomBytes(24);
  const settings = createSettings({ LOYALTY_WEBHOOK_SECRET: `whsec_${key.toString("base64")}` }, []);
  const body = JSON.stringify(payload);
  const now = Date.parse("2026-03-02T12:00:00Z");
  const signed = `msg_1.${now / 1000}.${body}`;
  const headers: Record<string, string> = {
    "webhook-id": "msg_1",
    "webhook-timestamp": String(now / 1000),
    "webhook-signature": `v1,${createHmac("sha256", key).update(signed).digest("base64")}`,
  };
  const sent: OutgoingMessage[] = [];
  const queue = { send: async (messages: readonly OutgoingMessage[]) => void sent.push(...messages) };
  const ports: Ports = { ...memoryPorts(), clock: { now: () => now }, queue: () => queue };
  const request = { body: Buffer.from(body), header: (name: string) => headers[name] };
  const outcome = await receive(receiver, request, { app, ports, settings });
  expect(outcome).toEqual({ status: "accepted", ids: ["loyalty:msg_1"] });
  return sent.map((message) => message.body as CloudEvent);
}

/** The request that the tills get for a document; undefined: it was removed. */
async function sentFor(data: object | undefined): Promise<string> {
  const { destination } = app.integrations.find(({ name }) => name === "tills") as IntegrationDefinition;
  const seen: string[] = [];
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      seen.push(`${request.method} ${request.url} ${body}`);
      response.end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const snapshot = { key: "customer|CC-1020", entity: "customer", id: "CC-1020", version: 3, data };
    await destination.deliver(snapshot as Snapshot<never>, attemptContext({ TILLS_API_URL: url }));
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return seen.join("\n");
}

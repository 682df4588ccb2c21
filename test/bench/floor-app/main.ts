// The floor of the end-to-end bench: an app that makes the same SDK calls as Caudal for each event, with no engine in
// between. No signature, no validation, no rules, no diff, no hash, no guard against repeats.
import { app } from "@azure/functions";
import { BulkOperationType, CosmosClient } from "@azure/cosmos";
import { ServiceBusClient } from "@azure/service-bus";
import { createPool } from "mysql2/promise";

const env = (name: string): string => process.env[name] ?? "";
const bus = new ServiceBusClient(env("ServiceBusConnection"));
const events = bus.createSender("events");
const changes = bus.createSender("changes");
const cosmos = new CosmosClient({
  endpoint: env("COSMOS_ENDPOINT"),
  key: env("COSMOS_KEY"),
  connectionPolicy: { enableEndpointDiscovery: false },
});
const unified = cosmos.database("caudal").container("unified");
const deliveries = cosmos.database("caudal").container("deliveries");
const pool = createPool({ uri: env("MYSQL_URL"), connectionLimit: 8 });

interface Contact {
  id: string;
  key: string;
  version: number;
  data: Record<string, string>;
}

const sessions = { connection: "ServiceBusConnection", isSessionsEnabled: true };

app.http("receive", {
  route: "api/v1/webhooks/crm",
  methods: ["POST"],
  authLevel: "anonymous",
  handler: async (request) => {
    const body = (await request.json()) as { data: Record<string, string>; version: number };
    const id = request.headers.get("webhook-id") ?? "";
    const key = `customer|CC-${body.data["documentNumber"]}`;
    const contact: Contact = { id, key, version: body.version, data: body.data };
    await events.sendMessages({ body: contact, messageId: id, sessionId: key });
    return { status: 202, jsonBody: { accepted: 1 } };
  },
});

app.serviceBusQueue("process", {
  ...sessions,
  queueName: "events",
  handler: async (message) => {
    const contact = message as Contact;
    const { key } = contact;
    const document = { ...contact, id: "document", kind: "document", at: new Date().toISOString() };
    await unified.items.batch(
      [
        { operationType: BulkOperationType.Upsert, resourceBody: document },
        {
          operationType: BulkOperationType.Create,
          resourceBody: { ...contact, id: `audit|${contact.id}`, event: contact as never },
        },
      ],
      key,
      { contentResponseOnWriteEnabled: false },
    );
    await changes.sendMessages({
      body: contact,
      sessionId: key,
      applicationProperties: { entity: "customer", removed: false, changed: "|contact|" },
    });
  },
});

app.serviceBusTopic("to-marketing", {
  ...sessions,
  topicName: "changes",
  subscriptionName: "marketing",
  handler: async (message) => {
    const { key, version, data, id } = message as Contact;
    await deliveries.item("watermark|marketing", key).read();
    const response = await fetch(`${env("MARKETING_API_URL")}/contacts/${key.slice(9)}`, {
      method: "PUT",
      body: JSON.stringify(data),
      headers: { authorization: "Bearer marketing-token", "idempotency-key": `${key}:${version}` },
    });
    await response.text();
    await record(key, "marketing", version, id);
  },
});

app.serviceBusTopic("to-mysql", {
  ...sessions,
  topicName: "changes",
  subscriptionName: "customer-360",
  handler: async (message) => {
    const { key, version, data, id } = message as Contact;
    await pool.execute(
      "INSERT INTO caudal_customer_360.customers (id, version, email, given_name) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE version = VALUES(version), email = VALUES(email), given_name = VALUES(given_name)",
      [key.slice(9), version, data["email"] ?? null, data["givenName"] ?? null],
    );
    await record(key, "customer-360", version, id);
  },
});

async function record(key: string, integration: string, version: number, id: string): Promise<void> {
  await deliveries.items.batch(
    [
      {
        operationType: BulkOperationType.Upsert,
        resourceBody: { id: `watermark|${integration}`, key, version },
      },
      {
        operationType: BulkOperationType.Create,
        resourceBody: { id: `delivery|${integration}|${id}|1`, key, version, status: "delivered" },
      },
    ],
    key,
    { contentResponseOnWriteEnabled: false },
  );
}

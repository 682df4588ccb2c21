import { CosmosClient } from "@azure/cosmos";
import { ServiceBusClient } from "@azure/service-bus";
import { BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe } from "vitest";
import { azureBlobs, BLOB_OPTIONS } from "../../../engine/azure/blobs.ts";
import { cosmosSigner, cosmosTransport } from "../../../engine/azure/cosmos-transport.ts";
import { cosmosDocuments } from "../../../engine/azure/documents.ts";
import { serviceBusSender } from "../../../engine/azure/senders.ts";
import type { Queue, Topic } from "../../../engine/ports.ts";
import { startCosmos } from "../../../infra/local/cosmos/server.ts";
import { startBroker } from "../../../infra/local/servicebus/broker.ts";
import { parseConfig } from "../../../infra/local/servicebus/config.ts";
import { BlobServer } from "../blob-server.ts";
import { blobsContract } from "./blobs.ts";
import { documentsContract } from "./documents.ts";
import { type Got, sendersContract } from "./senders.ts";

describe("on Cosmos DB", () => {
  let server: Awaited<ReturnType<typeof startCosmos>> | undefined;
  let client: CosmosClient | undefined;
  let transport: ReturnType<typeof cosmosTransport> | undefined;
  beforeAll(async () => {
    server = await startCosmos({ port: 0 });
    const { endpoint, key } = server;
    transport = cosmosTransport();
    client = new CosmosClient({
      endpoint,
      tokenProvider: cosmosSigner(key),
      httpClient: transport.httpClient,
      connectionPolicy: { enableEndpointDiscovery: false },
    });
    const { database } = await client.databases.create({ id: "caudal" });
    await database.containers.create({ id: "unified", partitionKey: "/key" });
  });
  afterAll(async () => {
    client?.dispose();
    await transport?.close();
    await server?.close();
  });

  documentsContract(() => {
    if (!client) throw new Error("Cosmos did not start");
    return cosmosDocuments(client.database("caudal"));
  });
});

describe("on Blob Storage", () => {
  const server = new BlobServer();
  beforeAll(() => server.start());
  afterAll(() => server.close());

  blobsContract(() => azureBlobs(BlobServiceClient.fromConnectionString(server.connection, BLOB_OPTIONS)));
});

describe("on Service Bus", () => {
  const sessions = { RequiresSession: true, LockDuration: "PT1M", MaxDeliveryCount: 10 };
  const config = {
    UserConfig: {
      Namespaces: [
        {
          Name: "caudal",
          Queues: [{ Name: "events", Properties: sessions }],
          Topics: [
            {
              Name: "changes",
              Properties: {},
              Subscriptions: [{ Name: "all", Properties: sessions, Rules: [] }],
            },
          ],
        },
      ],
    },
  };
  let broker: Awaited<ReturnType<typeof startBroker>> | undefined;
  let client: ServiceBusClient | undefined;
  let queue: (Queue & Topic) | undefined;
  let topic: (Queue & Topic) | undefined;
  beforeAll(async () => {
    broker = await startBroker({ config: parseConfig(config), port: 0 });
    client = new ServiceBusClient(broker.connectionString);
    queue = serviceBusSender(client, "events");
    topic = serviceBusSender(client, "changes");
  });
  afterAll(async () => {
    await client?.close();
    await broker?.close();
  });

  const receive = async (
    from: [string] | [string, string],
    session: string,
    count: number,
  ): Promise<Got[]> => {
    if (!client) throw new Error("the broker did not start");
    const receiver =
      from.length === 1
        ? await client.acceptSession(from[0], session)
        : await client.acceptSession(...from, session);
    const got: Got[] = [];
    while (got.length < count) {
      for (const message of await receiver.receiveMessages(count - got.length, { maxWaitTimeInMs: 5_000 })) {
        const { body, sessionId, messageId, applicationProperties = {} } = message;
        got.push({ body: body as unknown, sessionId, messageId, properties: { ...applicationProperties } });
        await receiver.completeMessage(message);
      }
    }
    await receiver.close();
    return got;
  };

  describe("a queue", () => {
    sendersContract(() => ({
      send: async (messages) => queue?.send(messages),
      receive: (session, count) => receive(["events"], session, count),
    }));
  });

  describe("a topic", () => {
    sendersContract(() => ({
      send: async (messages) => topic?.publish(messages),
      receive: (session, count) => receive(["changes", "all"], session, count),
    }));
  });
});

import { CosmosClient } from "@azure/cosmos";
import type { Container, ContainerDefinition, Database, ErrorResponse } from "@azure/cosmos";
import { afterAll, beforeAll } from "vitest";
import { startCosmos } from "../../infra/local/cosmos/server.ts";
import type { CosmosServer } from "../../infra/local/cosmos/server.ts";

/** A running server in memory and a client of it, for the cases of one file. */
export interface Account {
  readonly server: CosmosServer;
  readonly client: CosmosClient;
  readonly database: Database;
  /** Makes a container with the partition key `/key` unless the definition says otherwise. */
  container(definition?: Partial<ContainerDefinition>): Promise<Container>;
}

/** A client that asks the given server alone. */
export function clientOf(endpoint: string, key: string): CosmosClient {
  return new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } });
}

/** Starts a server before a file's cases and stops it after them, whatever their outcome. */
export function useAccount(): Account {
  let server: CosmosServer;
  let client: CosmosClient;
  let made = 0;
  beforeAll(async () => {
    server = await startCosmos();
    client = clientOf(server.endpoint, server.key);
    await client.databases.create({ id: "test" });
  });
  afterAll(async () => {
    client.dispose();
    await server.close();
  });
  return {
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    get database() {
      return client.database("test");
    },
    container: async (definition = {}) => {
      const { container } = await client
        .database("test")
        .containers.create({ id: `c${++made}`, partitionKey: { paths: ["/key"] }, ...definition });
      return container;
    },
  };
}

/** The code and substatus a call was refused with; throws when it was not refused. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ code: unknown; substatus?: number; message: string }> {
  try {
    await call;
  } catch (error) {
    const { code, substatus, message } = error as ErrorResponse;
    return { code, ...(substatus !== undefined && { substatus }), message };
  }
  throw new Error("The call was expected to be refused, and was not.");
}

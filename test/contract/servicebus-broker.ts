import { ServiceBusClient } from "@azure/service-bus";
import { afterAll, beforeAll } from "vitest";
import { startBroker, type Broker } from "../../infra/local/servicebus/broker.ts";
import { parseConfig } from "../../infra/local/servicebus/config.ts";

/** Entities as Config.json writes them, without the frame around. */
export interface Entities {
  /** Queues by name, with their properties. */
  readonly queues?: Readonly<Record<string, object>>;
  readonly topics?: readonly object[];
}

/** The Config.json of these entities. */
export function configOf({ queues = {}, topics = [] }: Entities): object {
  const Queues = Object.entries(queues).map(([Name, Properties]) => ({ Name, Properties }));
  return { UserConfig: { Namespaces: [{ Name: "test", Queues, Topics: topics }] } };
}

/** A broker for the tests of a file, in memory, with a client; both end with the file. */
export function useBroker(entities: Entities): {
  readonly client: ServiceBusClient;
  readonly broker: Broker;
} {
  let broker: Broker | undefined;
  let client: ServiceBusClient | undefined;
  beforeAll(async () => {
    broker = await startBroker({ config: parseConfig(configOf(entities)) });
    client = clientOf(broker);
  });
  afterAll(async () => {
    await client?.close();
    await broker?.close();
  });
  return {
    get client() {
      if (client === undefined) throw new Error("the broker has not started");
      return client;
    },
    get broker() {
      if (broker === undefined) throw new Error("the broker has not started");
      return broker;
    },
  };
}

/**
 * A client that does not retry, so that an error is the broker's first answer. `timeoutInMs` bounds each
 * operation.
 */
export function clientOf(broker: Pick<Broker, "connectionString">, timeoutInMs = 20_000): ServiceBusClient {
  return new ServiceBusClient(broker.connectionString, { retryOptions: { maxRetries: 0, timeoutInMs } });
}

/** Tries until `probe` gives something; the condition of a test that waits. Rejects after 10 s. */
export async function until<T>(what: string, probe: () => Promise<T | undefined | false>): Promise<T> {
  const end = Date.now() + 10_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined && found !== false) return found;
    if (Date.now() > end) throw new Error(`waited 10 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

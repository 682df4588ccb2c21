import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import rhea from "rhea";
import type { BrokerConfig } from "./config.ts";
import { serveConnection } from "./links/client-connection.ts";
import { Namespace } from "./namespace.ts";
import { memoryStore } from "./store/memory-store.ts";
import { sqliteStore } from "./store/sqlite-store.ts";
import { Turn } from "./turn.ts";

const { create_container } = rhea;

/** How to start a broker. */
export interface BrokerOptions {
  readonly config: BrokerConfig;
  /** TCP port; 0, the default, picks a free one. */
  readonly port?: number;
  /** Interface to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Folder for the data, made when missing; without it everything is kept in memory only. */
  readonly dataDir?: string | undefined;
  /** Told why a connection was dropped by the broker; by default a line on stderr. */
  readonly onError?: (error: Error) => void;
}

/** A broker that serves. */
export interface Broker {
  readonly host: string;
  readonly port: number;
  /** `sb://host:port`. */
  readonly endpoint: string;
  /** For the Service Bus SDK; any key is accepted. */
  readonly connectionString: string;
  /** Writes what is pending, ends all connections and stops listening. */
  close(): Promise<void>;
}

/**
 * Starts a Service Bus broker. Rejects with the listener's error (`EADDRINUSE`), a ConfigError for filters that
 * do not parse, or the store's error for a folder it cannot use.
 */
export async function startBroker(options: BrokerOptions): Promise<Broker> {
  const host = options.host ?? "127.0.0.1";
  const store = options.dataDir === undefined ? memoryStore() : sqliteStore(options.dataDir);
  const turn = new Turn(() => store.commit());
  const onError = options.onError ?? reportDrop;
  const sockets = new Set<Socket>();
  let namespace: Namespace | undefined;
  try {
    const entities = (namespace = new Namespace(options.config, { store, turn }));
    const container = create_container({ id: "caudal-service-bus" });
    const server = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      serveConnection(container, socket, { namespace: entities, turn, onError });
    });
    const port = await listen(server, options.port ?? 0, host);
    const endpoint = `sb://${host}:${port}`;
    const key = "SharedAccessKeyName=caudal;SharedAccessKey=local;UseDevelopmentEmulator=true";
    return {
      host,
      port,
      endpoint,
      connectionString: `Endpoint=${endpoint};${key}`,
      async close() {
        const closed = new Promise<void>((resolve) => {
          server.close(() => resolve());
        });
        turn.run();
        for (const socket of sockets) socket.destroy();
        await closed;
        entities.close();
        turn.run();
        store.close();
      },
    };
  } catch (error) {
    namespace?.close();
    store.close();
    throw error;
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function reportDrop(error: Error): void {
  process.stderr.write(`servicebus: connection dropped: ${error.stack ?? error.message}\n`);
}

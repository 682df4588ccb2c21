import type { Socket } from "node:net";
import net from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import tls from "node:tls";
import type { Connection, Session } from "rhea";
import rhea from "rhea";
import type { Endpoint } from "./endpoint.ts";
import { sessionsOf } from "./amqp-sessions.ts";
import type { LinkEvents, ReceiveLink } from "./receive-link.ts";
import { attachReceiver } from "./receive-link.ts";
import type { RequestReply } from "./request-reply.ts";
import { describe, openRequestReply } from "./request-reply.ts";

const tokenRenewalMs = 45 * 60_000;
const settleLimitMs = 1000;

/** A connection to a Service Bus for one entity, with leave to receive from it. */
export interface Broker {
  /** Attaches a receiving link; `acceptWithinMs` as for `attachReceiver`. */
  attach(acceptWithinMs: number | undefined, events: Omit<LinkEvents, "settling" | "settled">): ReceiveLink;
  /** Renews a session's lock; resolves with its new end (ms since 1970). */
  renewSession(sessionId: string): Promise<number>;
  /** Renews the locks of messages, by the tags of their deliveries. */
  renewMessages(tags: Buffer[]): Promise<void>;
  /** Resolves, with the reason, when the connection is gone. */
  lost: Promise<string>;
  /** Closes the connection, when the broker has answered the settlements that are on their way (1 s at most). */
  close(): Promise<void>;
}

/** Connects, and has the entity's token accepted. Rejects when either fails, or takes more than 10 s. */
export async function connectBroker(endpoint: Endpoint, entity: string): Promise<Broker> {
  const lost = Promise.withResolvers<string>();
  const opened = Promise.withResolvers<void>();
  const connection = rhea.create_container({ id: `caudal-host-${process.pid}` }).connect({
    host: endpoint.host,
    port: endpoint.port,
    hostname: endpoint.host,
    username: "host",
    reconnect: false,
    idle_time_out: 60_000,
    channel_max: 8191,
    connection_details: () => ({
      host: endpoint.host,
      port: endpoint.port,
      connect: (_port: number, _host: string, _options: unknown, ready: () => void) =>
        openSocket(endpoint, ready),
    }),
  });
  const fail = (reason: string): void => {
    lost.resolve(reason);
    opened.reject(new Error(reason));
  };
  connection.on("connection_open", () => opened.resolve());
  connection.on("connection_error", (context) => fail(describe(context.error)));
  connection.on("connection_close", () => fail("the broker closed the connection"));
  connection.on("disconnected", (context) => fail(describe(context.error ?? new Error("disconnected"))));
  connection.on("error", (error: Error) => fail(error.message));
  connection.on("protocol_error", (error: Error) => fail(error.message));
  const timer = setTimeout(() => fail("no answer within 10 s"), 10_000);
  try {
    await opened.promise;
    const openSession = sessionsOf(connection);
    const tokens = openRequestReply(openSession(), "$cbs");
    void lost.promise.then((reason) => tokens.abandon(new Error(reason)));
    await putToken(tokens, endpoint, entity);
    return createBroker({ connection, openSession, endpoint, entity, tokens, lost: lost.promise });
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A socket that gathers what is written within one turn of the event loop into one system call. */
function openSocket(endpoint: Endpoint, ready: () => void): Socket {
  const { host, port } = endpoint;
  const socket = endpoint.tls
    ? tls.connect({ host, port, servername: host }, ready)
    : net.connect({ host, port, noDelay: true }, ready);
  const write: (chunk: Buffer) => boolean = socket.write.bind(socket);
  let gathering = false;
  socket.write = (chunk: unknown): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      setImmediate(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write(chunk as Buffer);
  };
  return socket;
}

async function putToken(tokens: RequestReply, endpoint: Endpoint, entity: string): Promise<void> {
  const reply = await tokens.send({
    body: endpoint.token(entity),
    application_properties: {
      operation: "put-token",
      name: `sb://${endpoint.host}:${endpoint.port}/${entity}`,
      type: "servicebus.windows.net:sastoken",
    },
  });
  const status = Number(reply.application_properties?.["status-code"]);
  if (status < 200 || status > 299) {
    throw new Error(
      `the token is refused: ${status} ${String(reply.application_properties?.["status-description"])}`,
    );
  }
}

function createBroker(parts: {
  connection: Connection;
  openSession: () => Session;
  endpoint: Endpoint;
  entity: string;
  tokens: RequestReply;
  lost: Promise<string>;
}): Broker {
  const { connection, openSession, endpoint, entity, tokens, lost } = parts;
  const free: Session[] = [];
  let management: RequestReply | undefined;
  const settling = { count: 0 };
  const renewal = setInterval(() => {
    putToken(tokens, endpoint, entity).catch(() => connection.close());
  }, tokenRenewalMs);
  void lost.then((reason) => {
    clearInterval(renewal);
    management?.abandon(new Error(reason));
  });
  return {
    lost,
    attach(acceptWithinMs, events) {
      // A session per link: rhea's ring of deliveries stalls behind one that stays unsettled for long.
      const session = free.pop() ?? openSession();
      return attachReceiver(session, entity, acceptWithinMs, {
        ...events,
        settling: () => void settling.count++,
        settled: () => void settling.count--,
        closed(condition, description) {
          free.push(session);
          events.closed(condition, description);
        },
      });
    },
    async renewSession(sessionId) {
      const reply = await manage("renew-session-lock", { "session-id": sessionId });
      return new Date((reply.body as { expiration: Date }).expiration).getTime();
    },
    async renewMessages(tags) {
      const uuids = tags.map(swapGuid);
      await manage("renew-lock", { "lock-tokens": rhea.types.wrap_array(uuids, 0x98, undefined) });
    },
    async close() {
      for (let waited = 0; settling.count > 0 && waited < settleLimitMs; waited += 5) await sleep(5);
      clearInterval(renewal);
      connection.close();
    },
  };

  async function manage(operation: string, body: object) {
    management ??= openRequestReply(openSession(), `${entity}/$management`);
    const reply = await management.send({
      body,
      application_properties: { operation: `com.microsoft:${operation}` },
    });
    const { statusCode, statusDescription } = reply.application_properties ?? {};
    if (Number(statusCode) >= 300)
      throw new Error(`${operation}: ${statusCode} ${String(statusDescription)}`);
    return reply;
  }
}

/** A GUID's bytes from .NET's order to the wire's, or back. */
export function swapGuid(bytes: Buffer): Buffer {
  const swapped = Buffer.from(bytes);
  swapped.subarray(0, 4).reverse();
  swapped.subarray(4, 6).reverse();
  swapped.subarray(6, 8).reverse();
  return swapped;
}

import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Failure } from "./failure.ts";
import { parseAddress } from "./http/address.ts";
import { failureAnswer, send } from "./http/answer.ts";
import type { Answer } from "./http/answer.ts";
import { emulatorKey, masterKeyAuthorization } from "./http/authorization.ts";
import type { Authorize } from "./http/authorization.ts";
import { readBody } from "./http/request-body.ts";
import { handle } from "./routes.ts";
import { Store } from "./store/store.ts";

/** Where a server listens and what it keeps. */
export interface CosmosOptions {
  /** 0, the default, picks a free one. */
  readonly port?: number | undefined;
  /** The address to listen on; `127.0.0.1` by default. */
  readonly host?: string | undefined;
  /** The folder of its one file; without it, nothing outlives the server. */
  readonly dataDir?: string | undefined;
  /** The account's master key in base64; by default the one every emulator publishes. */
  readonly key?: string | undefined;
  /** Another key in base64, which reads and asks, and alters nothing; without it, there is none. */
  readonly readOnlyKey?: string | undefined;
}

/** A running server. */
export interface CosmosServer {
  /** For `new CosmosClient({ endpoint, key })`. */
  readonly endpoint: string;
  readonly key: string;
  readonly readOnlyKey: string | undefined;
  readonly port: number;
  /** Ends all connections, commits and closes the file. */
  close(): Promise<void>;
}

/** Continuation tokens travel in headers and hold the values that are sorted by. */
const maxHeaderBytes = 64 * 1024;

/** Idle connections are kept longer than any client keeps them, so that none is closed under a request. */
const keepAliveMs = 600_000;

/**
 * Starts a server that speaks Cosmos DB's protocol over plain http.
 *
 * @throws Error `EADDRINUSE` when the port is taken; when the data folder is in use or cannot be written; when both
 *   keys are the same
 */
export async function startCosmos(options: CosmosOptions = {}): Promise<CosmosServer> {
  const { port = 0, host = "127.0.0.1", dataDir, key = emulatorKey, readOnlyKey } = options;
  if (readOnlyKey === key) throw new Error("the read-only key is the key that writes: give another one.");
  const server = createServer({
    keepAliveTimeout: keepAliveMs,
    noDelay: true,
    maxHeaderSize: maxHeaderBytes,
  });
  await listen(server, port, host);
  let store: Store;
  try {
    store = new Store(dataDir);
  } catch (error) {
    server.close();
    throw error;
  }
  const actual = (server.address() as AddressInfo).port;
  const endpoint = `http://${host.includes(":") ? `[${host}]` : host}:${actual}/`;
  const authorize = masterKeyAuthorization(key, readOnlyKey);
  server.on("request", (request, response) => serve(store, authorize, endpoint, request, response));
  return {
    endpoint,
    key,
    readOnlyKey,
    port: actual,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          store.close();
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function serve(
  store: Store,
  authorize: Authorize,
  endpoint: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method = "GET", headers, url = "/" } = request;
  const answer = (given: Answer): void => {
    store.commit.settled((error) => {
      const sent = error === undefined ? given : failureAnswer(500, `The write failed: ${error.message}`);
      send(response, sent, store.log.last);
    });
  };
  const fail = (error: unknown): void => answer(failed(error));
  const run = (text: string): void => {
    try {
      const address = parseAddress(url);
      authorize(method, address, headers);
      const reached = headers.host === undefined ? endpoint : `http://${headers.host}/`;
      const result = handle(store, { method, address, headers, text, endpoint: reached });
      if (result instanceof Promise) result.then(answer, fail);
      else answer(result);
    } catch (error) {
      fail(error);
    }
  };
  if (method === "GET" || method === "DELETE") {
    request.resume();
    run("");
    return;
  }
  readBody(request, (failure, text) => (failure === undefined ? run(text) : fail(failure)));
}

function failed(error: unknown): Answer {
  if (error instanceof Failure) return failureAnswer(error.status, error.message, error.substatus);
  if (error instanceof RangeError && error.message.includes("call stack")) {
    return failureAnswer(400, "The request is nested too deeply.");
  }
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`cosmos: ${error instanceof Error ? (error.stack ?? message) : message}\n`);
  return failureAnswer(500, message);
}

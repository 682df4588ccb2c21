import { randomUUID } from "node:crypto";
import { channel, subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { request as send } from "node:http";

/** Hands a request to the library, as if it had come to the library's server; the library answers on `response`. */
export type HandOver = (request: LibraryRequest, response: ServerResponse) => void;

/** What the library reads of a request: its body, and these. */
export type LibraryRequest = AsyncIterable<Uint8Array> & Pick<IncomingMessage, "headers" | "method" | "url">;

/** The header by which the library knows which call a request is for. */
export const CALL = "x-ms-invocation-id";

/** What `node:http` tells of each request, before it is handled. Source: https://nodejs.org/api/diagnostics_channel.html#http */
const CHANNEL = "http.server.request.start";

interface Started {
  request: LibraryRequest;
  response: ServerResponse;
  socket: unknown;
  server: Server;
}

/**
 * Finds the server that the library runs in this process at `httpUri` for an app with `enableHttpStream`. Azure's host,
 * another process, forwards requests there; from this process they are handed over as they are, without a second
 * connection. The server's port is closed: nobody else has to reach it. Rejects when nothing serves there.
 */
export async function libraryAt(httpUri: string): Promise<HandOver> {
  const id = randomUUID();
  const probe = send(httpUri, { hostname: "127.0.0.1", headers: { [CALL]: id }, agent: false });
  const server = await new Promise<Server>((resolve, reject) => {
    const notice = (message: unknown): void => {
      const { request, response, server: found } = message as Started;
      if (request.headers[CALL] !== id) return;
      unsubscribe(CHANNEL, notice);
      response.end();
      resolve(found);
    };
    subscribe(CHANNEL, notice);
    probe.once("error", reject).end();
  });
  await new Promise((resolve) => probe.once("response", (answer) => answer.resume().once("end", resolve)));
  server.close();
  const started = channel(CHANNEL);
  return (request, response) => {
    // Whoever follows what the library gets, does so here as on Azure.
    if (started.hasSubscribers) started.publish({ request, response, socket: response.socket, server });
    server.emit("request", request, response);
  };
}

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import type { RegisteredFunction } from "../core.ts";
import type { Invoker } from "../invocation.ts";
import type { TypedData } from "../rpc.ts";
import { CALL, type HandOver, type LibraryRequest } from "./library.ts";
import { BodyTooLargeError, headersOf } from "./request.ts";

/** How long the rest of a body that the function left is still taken, so that its client comes to read the answer. */
const restLimitMs = 5_000;

/**
 * Answers a request of an app that has `enableHttpStream` on: bodies flow both ways without being gathered. A body that
 * turns out to be longer than `bodyLimit` bytes breaks off for the function, and is answered 413 where nothing was
 * answered yet. Rejects with what the function threw; nothing may have been answered then.
 */
export async function streamThrough(
  request: IncomingMessage,
  response: ServerResponse,
  call: {
    handOver: HandOver;
    target: RegisteredFunction;
    invoker: Invoker;
    url: URL;
    parameters: Record<string, string>;
    bodyLimit: number;
  },
): Promise<void> {
  const invocationId = randomUUID();
  const metadata = streamMetadata(request, call.parameters);
  const body = limited(request, call.bodyLimit);
  const whole = Object.assign(body, {
    method: request.method ?? "GET",
    // What follows the host, even where the request line names the host as well.
    url: call.url.pathname + call.url.search,
    headers: {
      ...request.headers,
      [CALL]: invocationId,
      "x-forwarded-host": call.url.host,
      "x-forwarded-proto": "http",
    },
  }) satisfies LibraryRequest;
  let tooLarge = false;
  body.once("error", (error) => {
    if (!(error instanceof BodyTooLargeError)) return;
    tooLarge = true;
    if (!response.headersSent) sendTooLarge(response);
  });
  call.handOver(whole, response);
  try {
    await call.invoker.invoke(call.target, { invocationId, data: { http: {} }, metadata });
  } catch (error) {
    // What the function answered came behind the 413.
    if (!tooLarge) throw error;
  } finally {
    takeRest(request, response);
  }
  // The library has answered by now, unless the function returned nothing.
  if (!response.headersSent) response.writeHead(204).end();
}

/** The answer to a body that is too large. What is left of it is not read: the connection cannot be used again. */
export function sendTooLarge(response: ServerResponse): void {
  response.writeHead(413, { "content-length": 0, connection: "close" }).end();
}

/** The body; one whose length was not announced breaks off above the limit with a BodyTooLargeError. */
function limited(request: IncomingMessage, limit: number): Readable {
  if (request.headers["transfer-encoding"] === undefined) return request;
  return Readable.from(counted(request, limit), { objectMode: false });
}

async function* counted(request: IncomingMessage, limit: number): AsyncGenerator<Buffer> {
  let length = 0;
  // Breaking off must leave the connection to the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limit) throw new BodyTooLargeError();
    yield chunk;
  }
}

function takeRest(request: IncomingMessage, response: ServerResponse): void {
  if (request.complete || request.destroyed) return;
  // With a listener left by whoever stopped reading, nothing would flow.
  request
    .removeAllListeners("readable")
    .on("error", () => {})
    .resume();
  const { socket } = request;
  const begin = (): void => {
    const late = setTimeout(() => socket.destroy(), restLimitMs).unref();
    request.once("close", () => clearTimeout(late));
  };
  if (response.writableFinished) begin();
  else response.once("finish", begin);
}

function streamMetadata(
  request: IncomingMessage,
  parameters: Record<string, string>,
): Record<string, TypedData> {
  const headers = Object.fromEntries(
    Object.entries(headersOf(request)).map(([name, { value }]) => [name, value]),
  );
  const metadata: Record<string, TypedData> = { Headers: { json: JSON.stringify(headers) } };
  for (const [name, value] of Object.entries(parameters)) metadata[name] = { string: value };
  return metadata;
}

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { request as send } from "node:http";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import type { RegisteredFunction } from "../core.ts";
import type { Invoker } from "../invocation.ts";
import type { TypedData } from "../rpc.ts";
import { headersOf } from "./request.ts";

/** A function that returned without a response, as one that returns undefined does, is answered 204 after it. */
const answerLimitMs = 2000;

/**
 * Answers a request of an app that has `enableHttpStream` on: it is forwarded to the server that the library
 * runs in this process (`httpUri`), and bodies flow both ways without being gathered. The body limit does
 * not apply. Rejects with what the function threw; nothing may have been answered then.
 */
export async function streamThrough(
  request: IncomingMessage,
  response: ServerResponse,
  call: {
    httpUri: string;
    target: RegisteredFunction;
    invoker: Invoker;
    parameters: Record<string, string>;
  },
): Promise<void> {
  const invocationId = randomUUID();
  const target = new URL(request.url ?? "/", call.httpUri);
  // The server listens on all addresses of this machine; `localhost` may lead to one it does not.
  target.hostname = "127.0.0.1";
  const { expect: _, ...headers } = request.headers;
  const forwarded = send(target, {
    method: request.method ?? "GET",
    headers: {
      ...headers,
      "x-ms-invocation-id": invocationId,
      "x-forwarded-host": request.headers.host ?? "localhost",
      "x-forwarded-proto": "http",
    },
  });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    forwarded.once("response", resolve).on("error", reject);
  });
  // The function may answer without reading the body: what becomes of the upload is not the call's concern.
  pipeline(request, forwarded).catch(() => {});
  const invoked = call.invoker.invoke(call.target, {
    invocationId,
    data: { http: {} },
    metadata: streamMetadata(request, call.parameters),
  });
  const nothing = invoked.then(() => sleep(answerLimitMs, undefined, { ref: false }));
  try {
    const answer = await Promise.race([answered, nothing]);
    if (answer === undefined) return void response.writeHead(204).end();
    const { "transfer-encoding": __, connection: ___, ...answerHeaders } = answer.headers;
    response.writeHead(answer.statusCode ?? 500, answerHeaders);
    await Promise.all([pipeline(answer, response), invoked]);
  } finally {
    forwarded.destroy();
  }
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

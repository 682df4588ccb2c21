import { subscribe } from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";

/** The header by which the Functions library knows which call a request is for. */
const CALL = "x-ms-invocation-id";

const answering = new Map<string, ServerResponse>();

/**
 * Notices the requests that the Functions library gets, from now on, so that {@link takeWire} knows them. With streaming
 * on, the library runs an HTTP server in this process and keeps to itself what it answers on; but how fast the reader
 * is, and whether it is still there, is to be seen there alone.
 * Source: https://nodejs.org/api/diagnostics_channel.html#http
 */
export function noticeRequests(): void {
  subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    const id = request.headers[CALL];
    if (typeof id !== "string") return;
    answering.set(id, response);
  });
}

/** What a call is answered on, to be asked for once a call; undefined where the host takes answers whole. */
export function takeWire(invocationId: string): ServerResponse | undefined {
  const wire = answering.get(invocationId);
  answering.delete(invocationId);
  return wire;
}

/** Resolves when what was written so far has left, or nobody wants it any more. */
export async function drained(wire: ServerResponse): Promise<void> {
  if (!wire.writableNeedDrain) return;
  await new Promise<void>((resolve) => {
    const done = (): void => {
      wire.off("drain", done).off("close", done);
      resolve();
    };
    wire.on("drain", done).on("close", done);
  });
}

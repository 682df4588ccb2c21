import type { IncomingMessage } from "node:http";
import { Failure, badRequest } from "../failure.ts";

/** The service's limit on one request and on one item: 2 MB. */
export const maxBodyBytes = 2 * 1024 * 1024;

/** Beyond this a request is not even read to its end: the connection is closed. */
const maxReadBytes = 64 * 1024 * 1024;

/**
 * Reads a request's body as UTF-8 text, then calls back once. The callback form spares the hot path a
 * promise per request. A body over 2 MB is read and thrown away, so that the client sees the 413.
 */
export function readBody(
  request: IncomingMessage,
  done: (failure: Failure | undefined, text: string) => void,
): void {
  const chunks: Buffer[] = [];
  let size = 0;
  request.on("data", (chunk: Buffer) => {
    size += chunk.length;
    if (size <= maxBodyBytes) chunks.push(chunk);
    else if (size > maxReadBytes) request.destroy();
  });
  request.on("end", () => {
    if (size > maxBodyBytes) {
      done(new Failure(413, "Request size is too large: the limit is 2 MB."), "");
      return;
    }
    const only = chunks.length === 1 ? chunks[0] : undefined;
    done(undefined, (only ?? Buffer.concat(chunks)).toString("utf8"));
  });
}

/** Parses a JSON body; throws `Failure` 400 when it is not JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw badRequest("The request payload is invalid: it is not JSON.");
  }
}

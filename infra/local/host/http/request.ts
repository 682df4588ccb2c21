import type { IncomingMessage } from "node:http";
import type { HttpData, Nullable } from "../rpc.ts";

/** A request's body is larger than the host takes. It is answered 413. */
export class BodyTooLargeError extends Error {
  override name = "BodyTooLargeError";
}

/** How many bytes the body of a request has by its headers; 0 where they do not say. */
export function announcedLength(request: IncomingMessage): number {
  return Number(request.headers["content-length"] ?? 0);
}

/**
 * The whole body of a request, chunked or not. Throws BodyTooLargeError as soon as more than `limit` bytes
 * have come, and an error when the client goes away in between.
 */
export async function readBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (announcedLength(request) === 0 && request.headers["transfer-encoding"] === undefined) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += (chunk as Buffer).length;
    if (length > limit) throw new BodyTooLargeError();
    chunks.push(chunk as Buffer);
  }
  return chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length);
}

/** The request as the library wants it: lower-case headers, repeated query names joined by commas. */
export function httpData(
  request: IncomingMessage,
  url: URL,
  parameters: Record<string, string>,
  body: Buffer | undefined,
): HttpData {
  const query: Record<string, Nullable<string>> = {};
  for (const [name, value] of url.searchParams) {
    const before = query[name]?.value;
    query[name] = { value: before === undefined ? value : `${before},${value}` };
  }
  return {
    url: url.href,
    method: request.method ?? "GET",
    nullableHeaders: headersOf(request),
    nullableQuery: query,
    nullableParams: wrap(parameters),
    ...(body !== undefined && body.length > 0 && { body: { bytes: body } }),
  };
}

/** A request's headers, each wrapped as the library expects. */
export function headersOf(request: IncomingMessage): Record<string, Nullable<string>> {
  const headers: Record<string, Nullable<string>> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers[name] = { value: Array.isArray(value) ? value.join(", ") : value };
  }
  return headers;
}

function wrap(values: Record<string, string>): Record<string, Nullable<string>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
}

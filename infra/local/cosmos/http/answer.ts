import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import { codeWord } from "../failure.ts";

/** What one request is answered with; `body` is JSON text. */
export interface Answer {
  readonly status: number;
  readonly body?: string | undefined;
  /** Quoted, as in the `etag` header. */
  readonly etag?: string | undefined;
  readonly substatus?: number | undefined;
  /** Request units; a rough imitation of what the service would charge. */
  readonly charge?: number | undefined;
  readonly continuation?: string | undefined;
  readonly itemCount?: number | undefined;
}

/** The answer that tells a failure, with the service's error body. */
export function failureAnswer(status: number, message: string, substatus = 0): Answer {
  return { status, substatus, body: JSON.stringify({ code: codeWord(status), message }), charge: 1 };
}

/**
 * Writes an answer with the headers every Cosmos DB answer carries.
 *
 * @param lsn the newest log sequence number, for the session token
 */
export function send(response: ServerResponse, answer: Answer, lsn: number): void {
  const { status, body } = answer;
  const headers = [
    "x-ms-activity-id",
    randomUUID(),
    "x-ms-request-charge",
    String(answer.charge ?? 1),
    "x-ms-session-token",
    `0:-1#${lsn}`,
    "lsn",
    String(lsn),
  ];
  if (answer.etag !== undefined) headers.push("etag", answer.etag);
  if (answer.substatus) headers.push("x-ms-substatus", String(answer.substatus));
  if (answer.continuation !== undefined) headers.push("x-ms-continuation", answer.continuation);
  if (answer.itemCount !== undefined) headers.push("x-ms-item-count", String(answer.itemCount));
  if (body === undefined || status === 204 || status === 304) {
    if (status !== 204 && status !== 304) headers.push("content-length", "0");
    response.writeHead(status, headers);
    response.end();
    return;
  }
  headers.push("content-type", "application/json", "content-length", String(Buffer.byteLength(body)));
  response.writeHead(status, headers);
  response.end(body);
}

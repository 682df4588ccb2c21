import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./memory.ts";

/** A request that meets a mood. */
export interface Met {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Reads the request to its end. */
  readonly read: () => Promise<void>;
  /** Reads the request and does what a healthy system does with it; what that one would answer. */
  readonly apply: () => Promise<Answer>;
  /** Sends an answer. */
  readonly send: (answer: Answer, headers?: Readonly<Record<string, string>>) => void;
}

/** How a system treats a request when it is not well. */
export type Mood = (met: Met) => Promise<void>;

/** It reads the request, and nothing more happens. */
export const hang: Mood = async ({ read }) => {
  await read();
};

/** It hangs up as soon as a request begins. */
export const resetBeforeReading: Mood = async ({ request }) => {
  request.socket.resetAndDestroy();
};

/** It does as asked, and never says so. */
export const applyThenSilence: Mood = async ({ apply }) => {
  await apply();
};

/** It does as asked, and hangs up in the middle of saying so. */
export const applyThenReset: Mood = async ({ request, response, apply }) => {
  const { status } = await apply();
  response.writeHead(status, { "content-type": "application/json", "content-length": "1000" });
  response.write('{"half":');
  await new Promise((resolve) => setTimeout(resolve, 20));
  request.socket.resetAndDestroy();
};

/** It does as asked, and says so a byte at a time, longer than anybody waits. */
export const drip: Mood = async ({ response, apply }) => {
  const { status } = await apply();
  response.writeHead(status, { "content-type": "application/json" });
  const timer = setInterval(() => response.write(" "), 100);
  await once(response, "close");
  clearInterval(timer);
};

/** It does as asked, and says so in 50 MB. */
export const hugeBody: Mood = async ({ response, apply }) => {
  const { status } = await apply();
  response.writeHead(status, { "content-type": "application/json" });
  const megabyte = Buffer.alloc(1024 * 1024, " ");
  for (let sent = 0; sent < 50 && !response.destroyed; sent++) {
    if (!response.write(megabyte)) await Promise.race([once(response, "drain"), once(response, "close")]);
  }
  response.end();
};

/** It does as asked, and says so in what is no JSON. */
export const invalidJson: Mood = async ({ response, apply }) => {
  const { status } = await apply();
  response.writeHead(status, { "content-type": "application/json" });
  response.end('{"id": <html>');
};

/** It answers with a status, and does nothing. `headers` may depend on the moment. */
export function answering(
  status: number,
  headers: () => Readonly<Record<string, string>> = () => ({}),
): Mood {
  return async ({ read, send }) => {
    await read();
    send({ status, json: { status } }, headers());
  };
}

/** It asks to be left alone for so many seconds. */
export function busyFor(seconds: number): Mood {
  return answering(429, () => ({ "retry-after": String(seconds) }));
}

/** It asks to be left alone until a time that many milliseconds from now, as a date of HTTP, which knows whole seconds. */
export function busyUntil(aheadMs: number): Mood {
  return answering(429, () => ({ "retry-after": new Date(Date.now() + aheadMs).toUTCString() }));
}

/** It sends everybody elsewhere. */
export function redirecting(to: string): Mood {
  return answering(302, () => ({ location: to }));
}

/** It fails, and its answer shows all headers that it was sent, in several ways. */
export function indiscreet(status: number): Mood {
  return async ({ request, read, send }) => {
    await read();
    const text = JSON.stringify(request.headers);
    const headers = { "x-request-id": request.headers.authorization ?? "none" };
    send({ status, json: { headers: request.headers, text, encoded: encodeURIComponent(text) } }, headers);
  };
}

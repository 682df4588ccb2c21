import { addAbortSignal, type Readable } from "node:stream";
import axios from "axios";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { Agents } from "./targets/agents.ts";

/** One HTTP request, complete. */
export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the first byte sent to the last one read, in milliseconds. */
  readonly timeoutMs: number;
  /** Of the response; reading stops there, and `truncated` says so. In bytes, after decompression. */
  readonly maxBytes: number;
  /** The connections that it goes through. */
  readonly agents: Agents;
  /** Ends it before its time. Default: nothing does. */
  readonly signal?: AbortSignal;
  /** What to record of it when no answer comes. Default: nothing. */
  readonly record?: object;
}

/** What came back, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  /** By lower-case name; repeated ones joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly truncated: boolean;
}

/**
 * Makes one HTTP request. Redirects are not followed, and every status is an answer. Throws a RetryableError when
 * none came: a network fault, the time ran out, or the address is one that may not be connected to. Its message and
 * the errors behind it name no header and no query.
 */
export async function exchange(call: HttpCall): Promise<HttpAnswer> {
  const timeout = AbortSignal.timeout(call.timeoutMs);
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  try {
    const response = await axios.request<Readable>({
      ...call.agents,
      adapter: "http",
      url: call.url.href,
      method: call.method,
      // Without a body axios would still name a type, that of a form; false keeps it from that.
      headers: { ...(call.body === undefined ? { "content-type": false } : {}), ...call.headers },
      data: call.body,
      // The body is written already, and read as it comes: axios must neither parse nor re-write it.
      transformRequest: (data: unknown) => data,
      responseType: "stream",
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      signal,
    });
    const { text, truncated } = await readAtMost(response.data, call.maxBytes, signal);
    return { status: response.status, headers: plain(response.headers), text, truncated };
  } catch (error) {
    // The error of axios holds the request with its headers, so it does not become the cause.
    const why = timeout.aborted
      ? `no answer within ${call.timeoutMs} ms`
      : call.signal?.aborted
        ? "the attempt ran out of time"
        : reasonOf(error);
    const message = `${call.method} ${call.url.origin}${call.url.pathname} failed: ${why}`;
    throw new RetryableError(message, call.record === undefined ? {} : { request: call.record });
  }
}

async function readAtMost(
  stream: Readable,
  maxBytes: number,
  signal: AbortSignal,
): Promise<{ text: string; truncated: boolean }> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Leaving the loop destroys the stream, and with it the connection.
  for await (const chunk of addAbortSignal(signal, stream) as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  const text = Buffer.concat(chunks).subarray(0, maxBytes).toString("utf8");
  return { text, truncated: size > maxBytes };
}

function plain(headers: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.toLowerCase(),
      Array.isArray(value) ? value.join(", ") : String(value),
    ]),
  );
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown network fault";
  // As axios hands it on, it is no instance of its class any more.
  if (error.name === "PrivateTargetError") return error.message;
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return error.message.includes(code) || error.message === ""
    ? error.message || code
    : `${code} (${error.message})`;
}

import { addAbortSignal, type Readable } from "node:stream";
import axios from "axios";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { Agents } from "./targets/agents.ts";

/** A file that is asked for. */
export interface FileRequest {
  readonly method: "GET" | "POST";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Names of headers that go to the address asked for alone, whoever it sends on to. In lower case. */
  readonly secret: ReadonlySet<string>;
  readonly body?: string | undefined;
  /** Most bytes of the file, after decompression. */
  readonly maxBytes: number;
  readonly agents: Agents;
  readonly signal: AbortSignal;
}

/** A file that comes. */
export interface FetchedFile {
  readonly status: number;
  /** Its media type, as it was said; empty where nothing was. */
  readonly type: string;
  /**
   * To be iterated once, to its end or not. Throws a RetryableError where it breaks off, a PermanentError where it is
   * larger than it may be.
   */
  readonly bytes: AsyncIterable<Uint8Array>;
}

const MOST_REDIRECTS = 10;
/** Statuses that send on to another address (RFC 9110, 15.4); the first three make a GET of what was a POST. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const AS_GET = new Set([301, 302, 303]);
/** Statuses below 500 that say "not now". */
const LATER = new Set([408, 425, 429]);
/** Characters of an answer that a message quotes. */
const QUOTED = 200;

/**
 * Asks for a file of any size, and follows at most ten redirects; the address of each is checked like the first, and
 * a secret header goes to none of another origin. Rejects with a RetryableError on network faults, addresses that are
 * not public, 408, 425, 429 and 5xx, with a PermanentError on every other status, and with the signal's reason.
 */
export async function fetchFile(request: FileRequest): Promise<FetchedFile> {
  let asked = request;
  for (let redirects = 0; ; redirects++) {
    const { method, url, signal } = asked;
    const what = `${method} ${url.origin}${url.pathname}`;
    const answer = await ask(asked, what);
    const { status } = answer;
    const location = header(answer.headers, "location");
    if (!REDIRECTS.has(status) || location === undefined) {
      if (status < 200 || status > 299) throw await refusal(what, status, answer.data, signal);
      const type = header(answer.headers, "content-type") ?? "";
      return { status, type, bytes: bounded(answer.data, what, asked) };
    }
    answer.data.destroy();
    if (redirects === MOST_REDIRECTS)
      throw new PermanentError(`${what} is sent on more than ${MOST_REDIRECTS} times`);
    asked = sentOn(asked, status, location, what);
  }
}

interface Answer {
  readonly status: number;
  readonly headers: object;
  readonly data: Readable;
}

async function ask(
  { agents, method, url, headers, body, signal }: FileRequest,
  what: string,
): Promise<Answer> {
  try {
    return await axios.request<Readable>({
      ...agents,
      adapter: "http",
      url: url.href,
      method,
      headers: { ...(body === undefined ? { "content-type": false } : {}), ...headers },
      data: body,
      // The body is written already.
      transformRequest: (data: unknown) => data,
      responseType: "stream",
      maxRedirects: 0,
      proxy: false,
      validateStatus: () => true,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw brokenOff(what, error);
  }
}

/** The request that an answer asks for in the place of one. */
function sentOn(asked: FileRequest, status: number, location: string, what: string): FileRequest {
  const url = URL.parse(location, asked.url.href);
  if (!url || !/^https?:$/.test(url.protocol))
    throw new PermanentError(`${what} is sent on to what is no address of HTTP`);
  const leaves = url.origin !== asked.url.origin;
  const toGet = AS_GET.has(status) && asked.method === "POST";
  const headers = Object.fromEntries(
    Object.entries(asked.headers).filter(([name]) => {
      const lower = name.toLowerCase();
      return !(leaves && asked.secret.has(lower)) && !(toGet && lower === "content-type");
    }),
  );
  const { body: _body, ...rest } = asked;
  return toGet ? { ...rest, method: "GET", url, headers } : { ...asked, url, headers };
}

async function* bounded(
  stream: Readable,
  what: string,
  { maxBytes, signal }: FileRequest,
): AsyncGenerator<Uint8Array, void, void> {
  let size = 0;
  const chunks = addAbortSignal(signal, stream)[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
  try {
    for (;;) {
      const next = await chunks.next().catch((error: unknown) => {
        signal.throwIfAborted();
        throw brokenOff(what, error);
      });
      if (next.done) return;
      size += next.value.length;
      if (size > maxBytes)
        throw new PermanentError(`${what}: the file has more than ${maxBytes} bytes, which is the most`);
      yield next.value;
    }
  } finally {
    stream.destroy();
  }
}

/** What an answer comes to that is no success, with the beginning of its body, which is read no further. */
export async function refusal(
  what: string,
  status: number,
  body: Readable,
  signal: AbortSignal,
): Promise<RetryableError | PermanentError> {
  let text = "";
  try {
    for await (const chunk of addAbortSignal(signal, body) as AsyncIterable<Buffer>) {
      text += chunk.toString("utf8");
      if (text.length >= QUOTED) break;
    }
  } catch {
    // What came of it is enough: the status alone says what happened.
    signal.throwIfAborted();
  }
  const quote = text.replaceAll(/\s+/g, " ").trim().slice(0, QUOTED).toWellFormed();
  const message = `${what} was answered ${status}${quote === "" ? "" : `: ${quote}`}`;
  return LATER.has(status) || status >= 500 ? new RetryableError(message) : new PermanentError(message);
}

/**
 * What a request comes to that was not answered to its end. The error of axios holds the request with its headers, so it
 * does not become the cause.
 */
export function brokenOff(what: string, error: unknown): RetryableError {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof Error && "code" in error ? String(error.code) : name;
  const isTold = name === "PrivateTargetError" || message.includes(code);
  return new RetryableError(`${what} failed: ${isTold ? message : `${code} (${message})`}`);
}

function header(headers: object, name: string): string | undefined {
  const value = (headers as Readonly<Record<string, unknown>>)[name];
  return typeof value === "string" ? value : undefined;
}

import { Readable } from "node:stream";
import axios, { type AxiosResponse } from "axios";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import { RetryableError } from "../../engine/errors/retryable-error.ts";
import type { FileRequest, Web } from "../../engine/sequences/web.ts";
import type { Settings } from "../../engine/settings/settings.ts";
import { agentsFor } from "./targets/agents.ts";
import { PRIVATE_TARGETS } from "./targets/targets.ts";

const MOST_REDIRECTS = 5;
/** Bytes of a refusal that are read for its message. */
const EXCERPT = 300;
/** Statuses that pass: timed out, too early, throttled. */
const PASSING = [408, 425, 429];

/** Files over HTTP, to addresses that `CAUDAL_PRIVATE_TARGETS` lets through. */
export function webFiles(settings: Pick<Settings, "value">): Web {
  const send = async (
    method: string,
    url: URL,
    signal: AbortSignal,
    more: object,
  ): Promise<AxiosResponse<Readable>> => {
    try {
      return await axios.request<Readable>({
        ...agentsFor(settings.value(PRIVATE_TARGETS)),
        adapter: "http",
        method,
        url: url.href,
        responseType: "stream",
        maxRedirects: 0,
        maxBodyLength: Infinity,
        proxy: false,
        validateStatus: () => true,
        transformRequest: (data: unknown) => data,
        signal,
        ...more,
      });
    } catch (error) {
      signal.throwIfAborted();
      throw unreachable(method, url, error);
    }
  };
  return {
    async get(address, signal, { method = "GET", headers = {}, body }: FileRequest = {}) {
      let [url, sent] = [urlOf(address), headers];
      for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
        const answer = await send(method, url, signal, {
          headers: { ...(body === undefined ? { "content-type": false } : {}), ...sent },
          data: body,
        });
        const next = redirectOf(answer);
        // What was sent once is not sent on.
        if (next === undefined || method !== "GET") return whole(await accepted(method, url, answer));
        answer.data.destroy();
        const target = urlOf(new URL(next, url).href);
        // What lets us in here is not for others.
        if (target.origin !== url.origin) sent = {};
        url = target;
      }
      throw new PermanentError(`${method} ${shown(urlOf(address))}: more than ${MOST_REDIRECTS} redirects`);
    },
    async put(address, { bytes, size }, signal) {
      const url = urlOf(address);
      const headers = { "content-type": "application/octet-stream", "content-length": String(size) };
      const answer = await send("PUT", url, signal, { headers, data: Readable.from(bytes) });
      (await accepted("PUT", url, answer)).resume();
    },
  };
}

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol)) {
    throw new PermanentError(`"${address}" is no http:// or https:// address`);
  }
  return url;
}

function redirectOf({ status, headers }: AxiosResponse): string | undefined {
  const location: unknown = headers["location"];
  return [301, 302, 303, 307, 308].includes(status) && typeof location === "string" ? location : undefined;
}

/** The body of an answer that is a success. */
async function accepted(
  method: string,
  url: URL,
  { status, data }: AxiosResponse<Readable>,
): Promise<Readable> {
  if (status >= 200 && status < 300) return data;
  const said = await excerptOf(data);
  const message = `${method} ${shown(url)} was answered with status ${status}${said === "" ? "" : `: ${said}`}`;
  throw status >= 500 || PASSING.includes(status) ? new RetryableError(message) : new PermanentError(message);
}

async function excerptOf(data: Readable): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of data as AsyncIterable<Buffer>) {
      pieces.push(piece);
      length += piece.length;
      if (length >= EXCERPT) break;
    }
  } catch {
    // The status says enough.
  }
  return Buffer.concat(pieces).toString().slice(0, EXCERPT).replaceAll(/\s+/g, " ").trim();
}

/** The bytes of a body; where the connection breaks off within it, a RetryableError. */
async function* whole(body: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* body as AsyncIterable<Buffer>;
  } catch (error) {
    throw new RetryableError(`the answer broke off: ${(error as Error).message}`, { cause: error });
  }
}

/** Without the query, which may let somebody in. */
function shown({ origin, pathname }: URL): string {
  return `${origin}${pathname}`;
}

function unreachable(method: string, url: URL, error: unknown): Error {
  const { name, message, code } = error as Error & { readonly code?: string };
  const text = `${method} ${shown(url)} failed: ${message || code || name}`;
  // As axios hands it on, it is no instance of its class any more.
  return name === "PrivateTargetError" ? new PermanentError(text) : new RetryableError(text);
}

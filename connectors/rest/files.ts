import { Readable } from "node:stream";
import axios, { type AxiosResponse } from "axios";
import { PermanentError } from "../../engine/errors/permanent-error.ts";
import type { Web } from "../../engine/sequences/web.ts";
import type { Settings } from "../../engine/settings/settings.ts";
import { brokenOff, fetchFile, refusal } from "./fetch-file.ts";
import { type Agents, agentsFor } from "./targets/agents.ts";
import { PRIVATE_TARGETS } from "./targets/targets.ts";

/** Most bytes of a file that is fetched: 512 MiB. */
export const MOST_FETCHED = 512 * 1024 ** 2;

/** Files over HTTP, at addresses that `CAUDAL_PRIVATE_TARGETS` lets through. */
export function webFiles(settings: Pick<Settings, "value">): Web {
  const agents = (): Agents => agentsFor(settings.value(PRIVATE_TARGETS));
  return {
    async get(address, signal) {
      const asked = { method: "GET", headers: {}, secret: new Set<string>() } as const;
      const { bytes } = await fetchFile({
        ...asked,
        url: urlOf(address),
        maxBytes: MOST_FETCHED,
        agents: agents(),
        signal,
      });
      return bytes;
    },
    async put(address, { bytes, size }, signal) {
      const url = urlOf(address);
      const what = `PUT ${url.origin}${url.pathname}`;
      const body = Readable.from(bytes, { objectMode: false });
      try {
        const { status, data } = await sent(url, body, size, agents(), signal).catch((error: unknown) => {
          signal.throwIfAborted();
          throw brokenOff(what, error);
        });
        if (status < 200 || status > 299) throw await refusal(what, status, data, signal);
        data.destroy();
      } finally {
        // Where the server took only some of it, whoever gives it would wait for ever.
        body.destroy();
      }
    },
  };
}

function sent(
  url: URL,
  body: Readable,
  size: number,
  agents: Agents,
  signal: AbortSignal,
): Promise<AxiosResponse<Readable>> {
  return axios.request<Readable>({
    ...agents,
    adapter: "http",
    method: "PUT",
    url: url.href,
    headers: { "content-type": "application/octet-stream", "content-length": String(size) },
    data: body,
    responseType: "stream",
    maxRedirects: 0,
    maxBodyLength: Infinity,
    proxy: false,
    validateStatus: () => true,
    signal,
  });
}

function urlOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url && ["http:", "https:"].includes(url.protocol)) return url;
  throw new PermanentError(`"${address}" is no http:// or https:// address`);
}

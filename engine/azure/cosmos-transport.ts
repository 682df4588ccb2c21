import { createHmac, createSecretKey } from "node:crypto";
import type { CosmosClientOptions } from "@azure/cosmos";
import { createHttpHeaders } from "@azure/core-rest-pipeline";
import { Agent } from "undici";

type Transport = Required<Pick<CosmosClientOptions, "httpClient">>;
type HttpClient = Transport["httpClient"];
type PipelineRequest = Parameters<HttpClient["sendRequest"]>[0];
type PipelineResponse = Awaited<ReturnType<HttpClient["sendRequest"]>>;

/** Most connections to the account; requests beyond wait. */
const CONNECTIONS = 64;

/**
 * The Cosmos SDK's way to the network on undici instead of node:http, which costs it a third less CPU an operation:
 * the store is asked several times for every event. `close` lets go of the connections.
 */
export function cosmosTransport(): { httpClient: HttpClient; close: () => Promise<void> } {
  const agent = new Agent({ connections: CONNECTIONS });
  return {
    httpClient: { sendRequest: (request) => send(agent, request) },
    close: () => agent.destroy(),
  };
}

function send(agent: Agent, request: PipelineRequest): Promise<PipelineResponse> {
  const { origin, pathname, search } = new URL(request.url);
  const { promise, resolve, reject } = Promise.withResolvers<PipelineResponse>();
  const chunks: Buffer[] = [];
  let status = 0;
  let headers: Record<string, string> = {};
  let cancel: (() => void) | undefined;
  agent.dispatch(
    {
      origin,
      path: `${pathname}${search}`,
      method: request.method,
      headers: request.headers.toJSON(),
      body: typeof request.body === "string" || Buffer.isBuffer(request.body) ? request.body : null,
    },
    {
      onRequestStart(controller) {
        cancel = () => controller.abort(new DOMException("The operation was aborted.", "AbortError"));
        if (request.abortSignal?.aborted) cancel();
        else request.abortSignal?.addEventListener("abort", cancel);
      },
      onResponseStart(_controller, statusCode, given) {
        status = statusCode;
        headers = given as Record<string, string>;
      },
      onResponseData(_controller, chunk) {
        chunks.push(chunk);
      },
      onResponseEnd() {
        settle();
        resolve({
          request,
          status,
          headers: createHttpHeaders(headers),
          bodyAsText: Buffer.concat(chunks).toString(),
        });
      },
      onResponseError(_controller, error) {
        settle();
        reject(error);
      },
    },
  );
  return promise;

  function settle(): void {
    if (cancel) request.abortSignal?.removeEventListener("abort", cancel);
  }
}

/**
 * Signs requests with an account key, as the SDK would, but makes the key object once instead of at each request
 * (https://learn.microsoft.com/rest/api/cosmos-db/access-control-on-cosmosdb-resources). `key` is base64.
 */
export function cosmosSigner(key: string): NonNullable<CosmosClientOptions["tokenProvider"]> {
  const secret = createSecretKey(Buffer.from(key, "base64"));
  return async ({ verb, resourceType, resourceId, headers }) => {
    const date = new Date().toUTCString();
    headers["x-ms-date"] = date;
    // The SDK leaves the id of the account's own feed undefined, which joins as nothing, as it should.
    const text = [
      verb.toLowerCase(),
      resourceType.toLowerCase(),
      resourceId,
      date.toLowerCase(),
      "",
      "",
    ].join("\n");
    const signature = createHmac("sha256", secret).update(text).digest("base64");
    return `type=master&ver=1.0&sig=${signature}`;
  };
}

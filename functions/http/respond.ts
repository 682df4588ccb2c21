import type { ServerResponse } from "node:http";
import { ReadableStream } from "node:stream/web";
import { answer, FAILED } from "../api/answer.ts";
import type { ApiResponse, Route } from "../api/http.ts";
import type { Services } from "../services.ts";
import { apiRequest, type HostedRequest } from "./request.ts";
import { drained, takeWire } from "./wire.ts";

/** Statuses whose answers have no body. Source: https://fetch.spec.whatwg.org/#null-body-status */
const NO_BODY = new Set([204, 205, 304]);

/** An answer as the Functions library takes it: `HttpResponseInit`, as far as we use it. */
export interface HostedResponse {
  status: number;
  headers: Record<string, string>;
  body?: Uint8Array | ReadableStream<Uint8Array>;
}

/**
 * Answers a request of the Functions host through its route, with what `make` makes of the answer; where it throws, of
 * a 500. Never rejects: with streaming on, the host waits for ever for the answer of a function that throws.
 */
export async function respond<Made>(
  route: Route,
  request: HostedRequest,
  invocationId: string,
  services: Services,
  make: (response: HostedResponse) => Made,
): Promise<Made> {
  const wire = takeWire(invocationId);
  const failed = (error: unknown): Error => {
    services.log("error", `${route.name} broke off its answer`, { error });
    // The host logs what it is given: nothing may be in it that is secret.
    return new Error(services.settings.redact(error instanceof Error ? error.message : String(error)));
  };
  try {
    const answered = await answer(route, apiRequest(request), services);
    return make(rendered(answered, request.method, wire, failed));
  } catch (error) {
    services.log("error", `${route.name} could not answer`, { error });
    return make(rendered(FAILED, request.method, wire, failed));
  }
}

function rendered(
  { status, headers, json, body }: ApiResponse,
  method: string,
  wire: ServerResponse | undefined,
  failed: (error: unknown) => Error,
): HostedResponse {
  if (body !== undefined) {
    const stream = paced(body, wire, failed);
    if (!NO_BODY.has(status) && method !== "HEAD") {
      return { status, headers: { ...headers }, body: stream };
    }
    // Nobody will read it. What fails in letting go is logged by the stream.
    stream.cancel().catch(() => {});
  }
  if (json === undefined || NO_BODY.has(status)) return { status, headers: { ...headers } };
  const bytes = Buffer.from(JSON.stringify(json));
  return {
    status,
    // Without a length, a stream would be sent in chunks.
    headers: { "content-type": "application/json", ...headers, "content-length": String(bytes.length) },
    body: bytes,
  };
}

/**
 * The body, asked for as fast as the client reads: the library writes whatever it is given at once. Lets go of its
 * source when the client goes away, and breaks the connection when the source fails.
 */
function paced(
  body: AsyncIterable<Uint8Array>,
  wire: ServerResponse | undefined,
  failed: (error: unknown) => Error,
): ReadableStream<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]();
  const letGo = async (): Promise<void> => {
    try {
      await chunks.return?.();
    } catch (error) {
      failed(error);
    }
  };
  wire?.once("close", () => void letGo());
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          if (wire) await drained(wire);
          if (wire?.closed) {
            await letGo();
            return controller.close();
          }
          const next = await chunks.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } catch (error) {
          // The library would leave the answer open, as if more were to come.
          wire?.destroy();
          controller.error(failed(error));
        }
      },
      cancel: letGo,
    },
    { highWaterMark: 0 },
  );
}

import type { ReadableStream } from "node:stream/web";
import { type ApiRequest, ClientGoneError, problem, Refused } from "../api/http.ts";

/** A request as the Functions library hands it over: `HttpRequest`, as far as we use it. */
export interface HostedRequest {
  readonly method: string;
  readonly url: string;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: { get(name: string): string | null };
  /** Null where the method has none. */
  readonly body: ReadableStream<Uint8Array> | null;
}

/** What a host got, as routes see it. */
export function apiRequest(request: HostedRequest): ApiRequest {
  return {
    method: request.method,
    url: new URL(request.url),
    params: request.params,
    header: (name) => request.headers.get(name) ?? undefined,
    body: (limit) => gathered(request, limit),
    stream: () => incoming(request),
  };
}

async function* incoming({ body }: HostedRequest): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  // Never cancelled: that would tear down the connection, on which whoever breaks off still wants to answer.
  const reader = body.getReader();
  for (;;) {
    const next = await reader.read().catch((error: unknown) => {
      throw new ClientGoneError("the client went away before its request was whole", { cause: error });
    });
    if (next.done) return;
    yield next.value;
  }
}

async function gathered(request: HostedRequest, limit: number): Promise<Uint8Array> {
  const tooLarge = (): Refused => new Refused(problem(413, `The body is larger than ${limit} bytes.`));
  if (Number(request.headers.get("content-length") ?? 0) > limit) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let length = 0;
  // The announced length is not to be relied on: a chunked body has none.
  for await (const chunk of incoming(request)) {
    length += chunk.length;
    if (length > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, length);
}

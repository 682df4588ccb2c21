import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { once } from "node:events";

/** A request to one of the shop's systems. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  header(name: string): string | undefined;
  /** The body as text. */
  readonly body: string;
}

/** Its answer; `json` becomes the body. */
export interface Answered {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
}

/** A server on this machine. */
export interface Served {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves one of the shop's systems on a free port. What `answer` throws is answered 500. */
export async function serve(answer: (asked: Asked) => Answered): Promise<Served> {
  const server = createServer((request, response) => {
    respond(request, response, answer).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
    });
  });
  // Longer than anybody here waits between two requests: a connection that goes just when it is used is no story.
  server.keepAliveTimeout = 60_000;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (asked: Asked) => Answered,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const asked: Asked = {
    method: request.method ?? "GET",
    url: new URL(request.url ?? "/", "http://shop.example"),
    header: (name) => request.headersDistinct[name]?.[0],
    body: Buffer.concat(chunks).toString(),
  };
  let answered: Answered;
  try {
    answered = answer(asked);
  } catch (error) {
    answered = { status: 500, json: { error: String(error) } };
  }
  const { status, headers, json } = answered;
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(json === undefined ? undefined : JSON.stringify(json));
}

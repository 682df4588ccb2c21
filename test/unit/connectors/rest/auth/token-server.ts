import type { ServerResponse } from "node:http";
import { httpServer, type Seen } from "../http-server.ts";

/** A server that gives out access tokens, and lets in who shows the newest one. */
export interface TokenServer {
  readonly url: string;
  /** What its token endpoint was asked. */
  readonly asked: readonly Seen[];
  /** What its other paths were asked. */
  readonly calls: readonly Seen[];
  /** The token that is good; another one, or none, is answered 401. */
  good: string | undefined;
}

/**
 * Opens one for the length of a test. `give` answers the token endpoint the n-th time (from 1); default: the token
 * `access-token-<n>`, which is good from then on.
 */
export async function tokenServer(
  give: (n: number, response: ServerResponse) => object | undefined = () => ({}),
): Promise<TokenServer> {
  const asked: Seen[] = [];
  const calls: Seen[] = [];
  const { url } = await httpServer((response, request) => {
    if (!request.url.startsWith("/token")) {
      calls.push(request);
      const shown =
        request.headers.authorization?.replace("Bearer ", "") ??
        new URL(request.url, "http://x").searchParams.get("access_token");
      response.writeHead(shown === server.good ? 200 : 401).end(JSON.stringify({ shown }));
      return;
    }
    asked.push(request);
    const given = give(asked.length, response);
    if (!given) return;
    server.good = `access-token-${asked.length}`;
    response.end(JSON.stringify({ access_token: server.good, token_type: "Bearer", ...given }));
  });
  const server: TokenServer = { url, asked, calls, good: undefined };
  return server;
}

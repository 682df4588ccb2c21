import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Invoker } from "../invocation.ts";
import type { Log } from "../log.ts";
import { errorText } from "../log.ts";
import type { HttpFunction } from "./functions.ts";
import { libraryAt, type HandOver } from "./library.ts";
import { announcedLength, BodyTooLargeError, httpData, readBody } from "./request.ts";
import { sendResponse, sendStatus } from "./response.ts";
import { pathSegments } from "./route.ts";
import { sendTooLarge, streamThrough } from "./stream.ts";

/** The HTTP side of the host, listening. */
export interface HttpHost {
  port: number;
  /** Takes no new connections; those that wait for nothing are closed, the others when they are answered. */
  stop(): void;
}

/** What the HTTP side needs. */
export interface HttpHostOptions {
  functions: HttpFunction[];
  invoker: Invoker;
  log: Log;
  port: number;
  /** Where the library takes streamed requests, for apps with `enableHttpStream`. */
  httpUri: string | undefined;
  /** Bytes a request body may have; above it the answer is 413. */
  bodyLimit: number;
}

/** Starts to serve the functions on 127.0.0.1. Rejects when the port is taken. */
export async function serveHttp(options: HttpHostOptions): Promise<HttpHost> {
  const { httpUri, log } = options;
  const handOver = httpUri === undefined ? undefined : await libraryAt(httpUri);
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response, options, handOver).catch((error: unknown) => {
      log("error", "http", `${request.method} ${request.url}: ${errorText(error)}`);
      response.destroy();
    });
  };
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, take);
  // A client that asks before it sends its body is told at once that it is too large.
  server.on("checkContinue", (request, response) => {
    if (announcedLength(request) <= options.bodyLimit) response.writeContinue();
    take(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, stop: () => stop(server) };
}

function stop(server: Server): void {
  server.close();
  server.closeIdleConnections();
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpHostOptions,
  handOver: HandOver | undefined,
): Promise<void> {
  const url = urlOf(request);
  if (url === undefined) return sendStatus(response, 400);
  // What begins with /admin is the host's own, whatever routes the app has.
  const own = /^\/admin(?:\/|$)/i.test(url.pathname);
  const found = own ? undefined : find(options.functions, request.method ?? "GET", url.pathname);
  if (found === undefined) return sendOwn(response, request.method, url.pathname);
  const name = found.target.metadata.name;
  const { invoker, bodyLimit } = options;
  if (announcedLength(request) > bodyLimit) return sendTooLarge(response);
  if (handOver !== undefined) {
    try {
      return await streamThrough(request, response, { handOver, invoker, url, bodyLimit, ...found });
    } catch (error) {
      return failed(response, name, error, options.log);
    }
  }
  let body: Buffer | undefined;
  try {
    body = await readBody(request, bodyLimit);
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) return void response.destroy();
    return sendTooLarge(response);
  }
  try {
    const data = httpData(request, url, found.parameters, body);
    sendResponse(response, await invoker.invoke(found.target, { data: { http: data } }));
  } catch (error) {
    failed(response, name, error, options.log);
  }
}

function failed(response: ServerResponse, name: string, error: unknown, log: Log): void {
  log("error", name, errorText(error));
  if (response.headersSent) response.destroy();
  else sendStatus(response, 500);
}

function urlOf(request: IncomingMessage): URL | undefined {
  const target = request.url ?? "/";
  return (
    URL.parse(target.startsWith("/") ? `http://${request.headers.host ?? "localhost"}${target}` : target) ??
    undefined
  );
}

function find(functions: HttpFunction[], method: string, pathname: string) {
  const path = pathSegments(pathname);
  for (const { target, route, methods } of functions) {
    if (methods.size > 0 && !methods.has(method)) continue;
    const parameters = route(path);
    if (parameters !== undefined) return { target, parameters };
  }
  return undefined;
}

/** What the host itself answers: its home page (204 where that is turned off) and its status; else 404. */
function sendOwn(response: ServerResponse, method: string | undefined, pathname: string): void {
  if (method === "GET" && pathname === "/") {
    if (/^(?:true|1)$/i.test(process.env["AzureWebJobsDisableHomepage"] ?? ""))
      return sendStatus(response, 204);
    response.writeHead(200, { "content-type": "text/plain" }).end("Your function app is up and running.\n");
  } else if (method === "GET" && pathname.toLowerCase() === "/admin/host/status") {
    const status = {
      id: `caudal-${process.pid}`,
      state: "Running",
      processUptime: Math.round(process.uptime() * 1000),
    };
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(status));
  } else sendStatus(response, 404);
}

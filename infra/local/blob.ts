// Azurite's blob service on this machine: node infra/local/blob.ts --port N --data DIR
// Azurite writes its index every five seconds; here each change is on disk before it is answered. What was deleted is
// overwritten when the service ends, and when it starts.
import { mkdirSync } from "node:fs";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createRequire } from "node:module";
import path from "node:path";
import { parseArgs } from "node:util";
import { blankDeleted } from "./blob/blank.ts";

interface Index {
  db: { saveDatabase(done: (error?: Error | null) => void): void };
}

interface BlobServer {
  httpServer: Server;
  metadataStore: Index;
  extentMetadataStore: Index;
  start(): Promise<void>;
  close(): Promise<void>;
}

const { values } = parseArgs({
  options: { port: { type: "string", default: "10000" }, data: { type: "string", default: ".local/blob" } },
});
const data = path.resolve(values.data);
mkdirSync(data, { recursive: true });
// What was deleted before the last server was killed.
blankDeleted(data);
// Only the blob service is loaded, not queues and tables; it reads its options from the command line.
process.argv.splice(2, process.argv.length, ...options(values.port, data));
const require = createRequire(import.meta.url);
const { BlobServerFactory } = require("azurite/dist/src/blob/BlobServerFactory") as {
  BlobServerFactory: new () => { createServer(): Promise<BlobServer> };
};
const server = await new BlobServerFactory().createServer();

process.on("disconnect", () => void end(1));
process.on("SIGTERM", () => void end(0));
process.on("SIGINT", () => void end(0));

await server.start();
writeIndexBeforeAnswering(server);
const { port } = server.httpServer.address() as AddressInfo;
process.stdout.write(`ready ${JSON.stringify({ port })}\n`);
process.send?.({ ready: { port } });

function options(port: string, location: string): string[] {
  return [
    "--blobHost=127.0.0.1",
    `--blobPort=${port}`,
    `--location=${location}`,
    "--silent",
    "--skipApiVersionCheck",
    "--disableTelemetry",
    "--disableProductStyleUrl",
  ];
}

async function end(code: number): Promise<never> {
  server.httpServer.closeAllConnections();
  await server.close();
  blankDeleted(data);
  process.exit(code);
}

function writeIndexBeforeAnswering(blob: BlobServer): void {
  const [listener] = blob.httpServer.listeners("request") as RequestListener[];
  if (listener === undefined) throw new Error("Azurite listens to no requests");
  blob.httpServer.removeListener("request", listener);
  blob.httpServer.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== "GET" && request.method !== "HEAD") holdEnd(response, () => save(blob));
    listener(request, response);
  });
}

/** Saves that come while one runs share the next one. */
async function save(blob: BlobServer): Promise<void> {
  for (const { db } of [blob.extentMetadataStore, blob.metadataStore]) {
    await new Promise<void>((resolve, reject) => {
      db.saveDatabase((error) => (error ? reject(error) : resolve()));
    });
  }
}

/** Ends the response only when `before` is done; where that fails, the client gets no answer and tries again. */
function holdEnd(response: ServerResponse, before: () => Promise<void>): void {
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = ((...args: unknown[]) => {
    before().then(
      () => end(...args),
      (error: Error) => {
        process.stderr.write(`blob: ${error.message}\n`);
        response.destroy();
      },
    );
    return response;
  }) as ServerResponse["end"];
}

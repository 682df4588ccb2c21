import { parseArgs } from "node:util";
import { emulatorKey } from "./http/authorization.ts";
import { type CosmosOptions, startCosmos } from "./server.ts";

const help = `A local server that speaks the protocol of Azure Cosmos DB for NoSQL.

  --port N        the port to listen on; 0 picks a free one (default 8081)
  --host ADDRESS  the address to listen on (default 127.0.0.1)
  --data DIR      the folder to keep databases in; without it they are gone when the server ends
  --key BASE64    the account's key (default: the public key of Microsoft's emulator,
                  ${emulatorKey})
  --read-only-key BASE64
                  another key, which reads and asks, and alters nothing (default: there is none)
  --help          this text

When it serves, it prints one line: ready {"endpoint":…,"port":…,"key":…,"readOnlyKey":…}
Connect with: new CosmosClient({ endpoint, key, connectionPolicy: { enableEndpointDiscovery: false } })
SIGTERM or Ctrl-C ends it. What was acknowledged survives even kill -9.
`;

function fail(message: string): never {
  process.stderr.write(`cosmos: ${message}\n`);
  process.exit(1);
}

const base64 = /^[A-Za-z\d+/]+=*$/;

function options(): CosmosOptions & { port: number; host: string } {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "8081" },
        host: { type: "string", default: "127.0.0.1" },
        data: { type: "string" },
        key: { type: "string", default: emulatorKey },
        "read-only-key": { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(help);
      process.exit(0);
    }
    const port = Number(values.port);
    if (!Number.isInteger(port) || port < 0 || port > 65_535)
      fail(`--port ${values.port} is not a port (0 to 65535).`);
    const { key, host, data: dataDir, "read-only-key": readOnlyKey } = values;
    if (!base64.test(key)) fail("--key is not base64.");
    if (readOnlyKey !== undefined && !base64.test(readOnlyKey)) fail("--read-only-key is not base64.");
    return { port, host, dataDir, key, readOnlyKey };
  } catch (error) {
    return fail(`${(error as Error).message} See --help.`);
  }
}

const given = options();
const server = await startCosmos(given).catch((error: NodeJS.ErrnoException) =>
  fail(error.code === "EADDRINUSE" ? `port ${given.port} on ${given.host} is in use.` : error.message),
);
const { endpoint, port, key, readOnlyKey } = server;
const ready = { endpoint, port, key, readOnlyKey };
let ending = false;

function end(): void {
  if (ending) return;
  ending = true;
  server.close().then(
    () => process.exit(0),
    (error: Error) => fail(error.message),
  );
}

process.on("SIGTERM", end);
process.on("SIGINT", end);
// A parent that holds an IPC channel has died when it closes.
process.on("disconnect", end);
process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
process.send?.({ ready });

import { parseArgs } from "node:util";
import { startBroker } from "./broker.ts";
import { readConfig } from "./config.ts";

const HELP = `Serves Azure Service Bus queues and topics on this machine, over AMQP 1.0.

  node infra/local/servicebus/main.ts --config Config.json --port N [--host H] [--data DIR]

  --config FILE   the entities, in the format of Microsoft's Service Bus emulator
  --port N        TCP port; 0 picks a free one
  --host H        interface to listen on (default 127.0.0.1)
  --data DIR      keep everything in this folder; without it, in memory only
  --help          this text

When it serves it prints one line: ready {"endpoint":…,"port":…,"connectionString":…}
It ends on SIGTERM and SIGINT, and when the process that started it with an IPC channel ends.
`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      config: { type: "string" },
      port: { type: "string" },
      host: { type: "string", default: "127.0.0.1" },
      data: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const port = Number(values.port);
  if (values.config === undefined) throw new Error("--config is missing (see --help)");
  if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error("--port must be a number from 0 to 65535 (see --help)");

  const broker = await startBroker({
    config: readConfig(values.config),
    port,
    host: values.host,
    dataDir: values.data,
  });
  process.on("uncaughtException", fail);
  const ready = { endpoint: broker.endpoint, port: broker.port, connectionString: broker.connectionString };
  process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
  const end = (): void => {
    broker.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once("SIGTERM", end);
  process.once("SIGINT", end);
  if (process.send !== undefined) {
    process.once("disconnect", end);
    process.send({ ready });
  }
}

function fail(error: unknown): never {
  process.stderr.write(`servicebus: ${explain(error)}\n`);
  process.exit(1);
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === "EADDRINUSE") return `port ${port} is already in use`;
  return error.message.split("\n")[0] ?? error.message;
}

main().catch(fail);

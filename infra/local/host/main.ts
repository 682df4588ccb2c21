// Runs a function app on this machine, unmodified: node infra/local/host/main.ts --app DIR --port N
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startHost } from "./host.ts";
import { createLog, errorText } from "./log.ts";

const usage = `usage: node infra/local/host/main.ts [options]

  --app DIR     the function app's folder (default: the current one)
  --port N      HTTP port (default 7071; 0 picks a free one)
  --data DIR    keeps timers' status and a log file there
  --no-timers   leaves timers to another host of the same app
  --help        shows this

CAUDAL_LOG=info or debug shows more than warnings and errors.
`;

const exitCodes = { usage: 2, failed: 1, timeout: 70 };

const { values } = parseArgs({
  options: {
    app: { type: "string", default: "." },
    port: { type: "string", default: "7071" },
    data: { type: "string" },
    "no-timers": { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) {
  process.stdout.write(usage);
  process.exit(0);
}
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  process.stderr.write(`--port ${values.port} is no port\n`);
  process.exit(exitCodes.usage);
}

const log = createLog({ threshold: process.env["CAUDAL_LOG"] });
process.on("unhandledRejection", (reason) =>
  log("error", "app", `unhandled rejection: ${errorText(reason)}`),
);
process.on("uncaughtException", (error) => {
  log("critical", "host", errorText(error));
  process.exit(exitCodes.failed);
});
// The supervisor is gone: nobody would ever stop or restart this process.
process.on("disconnect", () => process.exit(exitCodes.failed));

try {
  const host = await startHost({
    appDir: path.resolve(values.app),
    port,
    dataDir: values.data === undefined ? undefined : path.resolve(values.data),
    timers: !values["no-timers"],
    log,
    onTimeout(name) {
      log("critical", name, "ran longer than functionTimeout; the host ends, as on Azure");
      process.exit(exitCodes.timeout);
    },
  });
  const ready = { http: host.http };
  process.stdout.write(`ready ${JSON.stringify(ready)}\n`);
  process.send?.({ ready });
  let draining = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      if (draining) return;
      draining = true;
      host
        .drain()
        // One more turn for the sockets.
        .then(() => sleep(20))
        .then(() => process.exit(0))
        .catch((error: unknown) => {
          log("critical", "host", errorText(error));
          process.exit(exitCodes.failed);
        });
    });
  }
} catch (error) {
  const busy = (error as NodeJS.ErrnoException).code === "EADDRINUSE";
  log("critical", "host", busy ? `port ${port} is taken by another program` : errorText(error));
  process.exit(exitCodes.failed);
}

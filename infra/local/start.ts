// npm start: the whole of Caudal on this machine, until it is stopped.
import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { startStack } from "./stack.ts";

const usage = `usage: npm start [-- options]

  --data DIR     keeps data, logs and secrets there (default .local)
  --port N       HTTP port (default 7071; with --ephemeral a free one)
  --ephemeral    keeps nothing: a temporary folder, deleted at the end
  --hosts N      function hosts that share the work (default 2)
  --app DIR      another function app than this checkout's, with a topology of its own:
  --topology F   its topology file (default infra/topology.json of the app)
  --help         shows this

When all of it serves, one line on stdout says where: ready {"http":…,"console":…,"operatorToken":…, …}
Ctrl-C stops it. Settings come from local.settings.json and, above it, the environment.
`;

const number = (name: string, text: string, least: number, most: number): number => {
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  process.stderr.write(`--${name} ${text} is not a whole number from ${least} to ${most}\n`);
  process.exit(2);
};

const values = readArguments();
const dataDir = values.ephemeral ? mkdtempSync(path.join(os.tmpdir(), "caudal-")) : values.data;
const stopping = new AbortController();
const stopRequested = new Promise<void>((resolve) => {
  stopping.signal.addEventListener("abort", () => resolve());
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => stopping.abort());
// The script that npm runs is gone, and with it whoever could stop us.
process.on("disconnect", () => stopping.abort());

try {
  const stack = await startStack({
    ...(dataDir !== undefined && { dataDir }),
    ...(values.port !== undefined && { port: values.port }),
    ...(values.app !== undefined && { appDir: values.app }),
    ...(values.topology !== undefined && { topologyFile: values.topology }),
    ...(values.hosts !== undefined && { hosts: values.hosts }),
    env: {},
    signal: stopping.signal,
  });
  process.stderr.write(`logs: ${path.resolve(dataDir ?? ".local", "logs")}\n`);
  await sayWhatIsOff(stack.ready.http);
  process.stdout.write(`ready ${JSON.stringify(stack.ready)}\n`);
  await stopRequested;
  process.stderr.write("stopping …\n");
  await stack.stop();
} catch (error) {
  process.stderr.write(
    `${stopping.signal.aborted ? "stopped before it served" : (error as Error).message}\n`,
  );
  process.exitCode = 1;
} finally {
  if (values.ephemeral && dataDir !== undefined)
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
process.exit();

/** Names the parts that lack settings, as the app's health report does; an app without one has nothing to say. */
async function sayWhatIsOff(http: string): Promise<void> {
  const answer = await fetch(`${http}/api/v1/health`).catch(() => undefined);
  const health = (await answer?.json().catch(() => undefined)) as
    { disabled?: { what: string; missing: string[] }[] } | undefined;
  for (const { what, missing } of health?.disabled ?? []) {
    process.stderr.write(`${what} is off: missing ${missing.join(", ")}\n`);
  }
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        data: { type: "string" },
        port: { type: "string" },
        ephemeral: { type: "boolean", default: false },
        hosts: { type: "string" },
        app: { type: "string" },
        topology: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    const port = values.port ?? (values.ephemeral ? undefined : "7071");
    return {
      data: values.data,
      ephemeral: values.ephemeral,
      app: values.app,
      topology: values.topology,
      port: port === undefined ? undefined : number("port", port, 0, 65_535),
      hosts: values.hosts === undefined ? undefined : number("hosts", values.hosts, 1, 16),
    };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

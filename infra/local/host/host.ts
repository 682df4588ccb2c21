import path from "node:path";
import { loadApp } from "./app.ts";
import type { AppRegistry, RegisteredFunction } from "./core.ts";
import { installCore } from "./core.ts";
import { readHostJson } from "./host-json.ts";
import { httpFunctions } from "./http/functions.ts";
import type { HttpHost } from "./http/server.ts";
import { serveHttp } from "./http/server.ts";
import type { Invoker } from "./invocation.ts";
import { createInvoker, triggerOf } from "./invocation.ts";
import type { Log } from "./log.ts";
import { errorText } from "./log.ts";
import type { RunningTrigger } from "./servicebus/trigger.ts";
import { startServiceBusTrigger } from "./servicebus/trigger.ts";
import { loadLocalSettings } from "./settings.ts";
import { timerStatusStore } from "./timer/status.ts";
import type { RunningTimer } from "./timer/timer.ts";
import { startTimer } from "./timer/timer.ts";

const drainLimitMs = 10_000;
const defaultBodyLimit = 104_857_600;

/** What a host runs and where. */
export interface HostOptions {
  /** The app's folder, with its package.json, host.json and perhaps local.settings.json. */
  appDir: string;
  /** The HTTP port; 0 picks a free one. */
  port: number;
  /** Where timers keep their status; without it they forget it. */
  dataDir?: string | undefined;
  /** False leaves timers to another host of the same app: they must run once. */
  timers: boolean;
  log: Log;
  /** Called when an invocation runs beyond functionTimeout: the process must end. */
  onTimeout: (functionName: string) => void;
}

/** A host at work. */
export interface RunningHost {
  http: string;
  /** Takes no more work, lets what runs finish (10 s at most), runs the appTerminate hooks and closes. */
  drain(): Promise<void>;
}

/**
 * Loads the app into this process and starts its HTTP, timer and Service Bus functions. A function that
 * cannot start is disabled with one line in the log; the others run. Rejects when the app cannot be loaded,
 * host.json is not valid, or the port is taken. Once per process.
 */
export async function startHost(options: HostOptions): Promise<RunningHost> {
  const { appDir, log } = options;
  loadLocalSettings(appDir);
  const hostJson = readHostJson(appDir);
  const registry = installCore(log);
  const capabilities = await loadApp(appDir, registry);
  const invoker = createInvoker({
    registry,
    log,
    timeoutMs: hostJson.functionTimeoutMs,
    onTimeout: options.onTimeout,
  });
  const byTrigger = sortByTrigger(registry, log);
  const http = await serveHttp({
    functions: httpFunctions(byTrigger.http, hostJson.routePrefix, log),
    invoker,
    log,
    port: options.port,
    httpUri: capabilities["HttpUri"],
    bodyLimit: Number(process.env["FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"] ?? defaultBodyLimit),
  });
  const folder = options.dataDir === undefined ? undefined : path.join(options.dataDir, "timers");
  const statuses = timerStatusStore(folder);
  const timers = options.timers
    ? startEach(byTrigger.timer, log, (target) => startTimer(target, invoker, statuses, log))
    : [];
  const triggers = startEach(byTrigger.serviceBus, log, (target) =>
    startServiceBusTrigger(target, invoker, hostJson.serviceBus, log),
  );
  return {
    http: `http://127.0.0.1:${http.port}`,
    drain: () => drain({ registry, invoker, http, timers, triggers, log }),
  };
}

function sortByTrigger(registry: AppRegistry, log: Log) {
  const sorted = { http: [], timer: [], serviceBus: [] } as Record<
    "http" | "timer" | "serviceBus",
    RegisteredFunction[]
  >;
  for (const target of registry.functions.values()) {
    const name = target.metadata.name;
    const type = triggerOf(target).type;
    if (/^(?:true|1)$/i.test(process.env[`AzureWebJobs.${name}.Disabled`] ?? "")) {
      log("information", name, "is disabled by its setting");
    } else if (/^httpTrigger$/i.test(type)) sorted.http.push(target);
    else if (/^timerTrigger$/i.test(type)) sorted.timer.push(target);
    else if (/^serviceBusTrigger$/i.test(type)) sorted.serviceBus.push(target);
    else log("warning", name, `is not run: this host has no ${type}`);
    const outputs = Object.values(target.metadata.bindings).filter(
      (binding) => binding.direction !== "in" && !/^http$/i.test(binding.type),
    );
    if (outputs.length > 0) log("warning", name, "has output bindings, which this host ignores");
  }
  return sorted;
}

function startEach<T>(
  targets: RegisteredFunction[],
  log: Log,
  start: (target: RegisteredFunction) => T,
): T[] {
  const started: T[] = [];
  for (const target of targets) {
    try {
      started.push(start(target));
    } catch (error) {
      log("error", target.metadata.name, `is disabled: ${(error as Error).message}`);
    }
  }
  return started;
}

async function drain(running: {
  registry: AppRegistry;
  invoker: Invoker;
  http: HttpHost;
  timers: RunningTimer[];
  triggers: RunningTrigger[];
  log: Log;
}): Promise<void> {
  const { registry, invoker, http, timers, triggers, log } = running;
  for (const timer of timers) timer.stop();
  for (const trigger of triggers) trigger.stop();
  http.stop();
  if (!(await invoker.idle(drainLimitMs))) {
    log("warning", "host", `${invoker.running()} invocation(s) did not end within ${drainLimitMs / 1000} s`);
  }
  for (const hook of registry.hooks.appTerminate) {
    try {
      await hook({ hookData: {}, appHookData: registry.hookData });
    } catch (error) {
      log("error", "host", `an appTerminate hook threw: ${errorText(error)}`);
    }
  }
  await Promise.all(triggers.map((trigger) => trigger.close()));
}

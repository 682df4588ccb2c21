import { existsSync, readFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { timeSpan } from "./duration.ts";

/** How Service Bus triggers run. Durations are milliseconds. */
export interface ServiceBusOptions {
  /** Messages fetched ahead of the calls that run. Default 0. */
  prefetchCount: number;
  /** Calls at once of a trigger without sessions. Default 16 a core. */
  maxConcurrentCalls: number;
  /** Sessions at once of a trigger with sessions. Default 8. */
  maxConcurrentSessions: number;
  /** Calls at once within a session. Default 1. */
  maxConcurrentCallsPerSession: number;
  /** Messages in a batch at most, for cardinality many. Default 1000. */
  maxMessageBatchSize: number;
  /** Completes a message when the function returns. Default true. */
  autoCompleteMessages: boolean;
  /** For how long locks are renewed while a function runs. Default 5 minutes; 0 renews nothing. */
  maxAutoLockRenewalMs: number;
  /** How long a session without messages is kept. Default 60 s, the client's tryTimeout. */
  sessionIdleMs: number;
}

/** host.json with its defaults filled in. */
export interface HostJson {
  /** What every route begins with, without slashes around it. Default `api`. */
  routePrefix: string;
  /** How long an invocation may take. Default 30 minutes; Infinity for `-1`. */
  functionTimeoutMs: number;
  serviceBus: ServiceBusOptions;
}

interface RawHostJson {
  functionTimeout?: string;
  extensions?: { http?: { routePrefix?: string }; serviceBus?: Record<string, unknown> };
}

/**
 * Reads host.json of an app folder (all defaults when it is missing). Throws when it is not JSON or when a
 * value has the wrong form, with the value's name.
 * Sources: https://learn.microsoft.com/azure/azure-functions/functions-host-json and
 * https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus#hostjson-settings
 */
export function readHostJson(appDir: string): HostJson {
  const file = path.join(appDir, "host.json");
  const raw = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RawHostJson) : {};
  const serviceBus = raw.extensions?.serviceBus ?? {};
  const retry = (serviceBus["clientRetryOptions"] ?? {}) as Record<string, unknown>;
  const number = (name: string, fallback: number, least: number): number => {
    const value = serviceBus[name] ?? fallback;
    if (typeof value !== "number" || !Number.isInteger(value) || value < least) {
      throw new Error(`host.json: extensions.serviceBus.${name} must be a whole number of at least ${least}`);
    }
    return value;
  };
  const tryTimeoutMs = duration(retry["tryTimeout"], 60_000, "clientRetryOptions.tryTimeout");
  return {
    routePrefix: (raw.extensions?.http?.routePrefix ?? "api").replaceAll(/^\/+|\/+$/g, ""),
    functionTimeoutMs: duration(raw.functionTimeout, 30 * 60_000, "functionTimeout"),
    serviceBus: {
      prefetchCount: number("prefetchCount", 0, 0),
      maxConcurrentCalls: number("maxConcurrentCalls", 16 * os.availableParallelism(), 1),
      maxConcurrentSessions: number("maxConcurrentSessions", 8, 1),
      maxConcurrentCallsPerSession: number("maxConcurrentCallsPerSession", 1, 1),
      maxMessageBatchSize: number("maxMessageBatchSize", 1000, 1),
      autoCompleteMessages: serviceBus["autoCompleteMessages"] !== false,
      maxAutoLockRenewalMs: duration(
        serviceBus["maxAutoLockRenewalDuration"],
        5 * 60_000,
        "maxAutoLockRenewalDuration",
      ),
      sessionIdleMs: duration(serviceBus["sessionIdleTimeout"], tryTimeoutMs, "sessionIdleTimeout"),
    },
  };
}

function duration(value: unknown, fallback: number, name: string): number {
  if (value === undefined || value === null) return fallback;
  const milliseconds = typeof value === "string" ? timeSpan(value) : undefined;
  if (milliseconds === undefined) throw new Error(`host.json: ${name} must be a time span like 00:05:00`);
  return milliseconds;
}

import { createHash } from "node:crypto";
import { ConstantBackoff, handleAll, retry } from "cockatiel";
import { createDeliverer, type Deliverer } from "../engine/deliveries/deliver.ts";
import type { Destination, IntegrationDefinition, PullDefinition } from "../engine/define/index.ts";
import { CHANGES } from "../engine/define/topology.ts";
import { runPull } from "../engine/pulls/run.ts";
import { type PullMessage, startPull } from "../engine/pulls/start.ts";
import type { Announcement } from "../engine/sync/announce.ts";
import { parseEvent } from "../engine/sync/envelope.ts";
import { createProcessor, type Processor } from "../engine/sync/process.ts";
import { issuesOf, quarantine } from "../engine/sync/quarantine.ts";
import { ruleHash } from "./rule-hash.ts";
import type { Services } from "./services.ts";

/** How long a start waits for a destination that comes up beside it, and how often it asks, in milliseconds. */
const PREPARE_MS = 8_000;
const PREPARE_AGAIN_MS = 200;

/**
 * What the triggers call, free of their host. Each resolves when the message is done with, and rejects to get it
 * again: with a plain Error that shows no secret.
 */
export interface MessageHandlers {
  /** A message of the queue `events`. */
  event(message: unknown): Promise<void>;
  /** A message of the queue `runs`. */
  run(message: unknown): Promise<void>;
  /** A message of an integration's subscription; `deliveryCount` as Service Bus counts it, from 1. */
  change(integration: IntegrationDefinition, message: unknown, deliveryCount: number): Promise<void>;
  /** Makes a destination ready ahead of its first delivery; gives up, with a log line, after some seconds. */
  prepare(name: string, destination: Destination): Promise<void>;
  /** A pull's timer. */
  timer(pull: PullDefinition): Promise<void>;
}

/**
 * Does the work of a trigger. The host logs the message and the stack of what a trigger rejects with, and knows no
 * secrets: so a failure is logged here, redacted, and the host is told its redacted message alone.
 */
export async function shielded<T>(
  { log, settings }: Services,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    log("error", `${what} failed`, { error: message, stack });
    // oxlint-disable-next-line preserve-caught-error -- the cause is what the host must not log
    throw new Error(settings.redact(message));
  }
}

/** Makes the handlers; connections are opened at the first message. */
export function createMessageHandlers(services: Services): MessageHandlers {
  const { app, settings, log } = services;
  let processor: Processor | undefined;
  const deliverers = new Map<string, Deliverer>();

  const handlers: MessageHandlers = {
    async event(message) {
      const parsed = parseEvent(message);
      if (parsed.success) {
        processor ??= createProcessor(app, services.ports, services.ports.topic(CHANGES), ruleHash);
        return processor.process([parsed.data]);
      }
      const body = Buffer.from(JSON.stringify(message) ?? "null");
      const deliveryId = createHash("sha256").update(body).digest("hex");
      const at = new Date(services.ports.clock.now()).toISOString();
      const issues = issuesOf(parsed.error);
      log("error", "a message of the queue events is no event; it is in quarantine", { issues });
      await quarantine(services.ports.documents, {
        via: "queue",
        name: "events",
        deliveryId,
        at,
        issues,
        body,
      });
    },

    async run(message) {
      const { kind, name } = message as PullMessage;
      const pull = kind === "pull" ? app.pulls.find((known) => known.name === name) : undefined;
      if (!pull) return log("error", "a run of something unknown was dropped", { kind, name });
      return runPull(pull, message as PullMessage, services.ports, settings);
    },

    async change(integration, message, deliveryCount) {
      const { name } = integration;
      const deliverer = deliverers.get(name) ?? createDeliverer(integration, services.ports, settings);
      deliverers.set(name, deliverer);
      return deliverer.deliver(message as Announcement, deliveryCount);
    },

    async prepare(name, destination) {
      const signal = AbortSignal.timeout(PREPARE_MS);
      const policy = retry(handleAll, { backoff: new ConstantBackoff(PREPARE_AGAIN_MS) });
      try {
        await policy.execute(() => destination.prepare?.({ value: settings.value, signal }), signal);
      } catch (error) {
        log("warn", `${name} could not be made ready; its first delivery tries again`, { error });
      }
    },

    async timer(pull) {
      const { started, run } = await startPull(pull, services.ports);
      if (!started) log("info", `pull ${pull.name} is still at work`, { run });
    },
  };
  return {
    event: (message) => shielded(services, "an event", () => handlers.event(message)),
    run: (message) => shielded(services, "a run", () => handlers.run(message)),
    change: (integration, message, deliveryCount) =>
      shielded(services, `a delivery to ${integration.name}`, () =>
        handlers.change(integration, message, deliveryCount),
      ),
    prepare: (name, destination) => handlers.prepare(name, destination),
    timer: (pull) => shielded(services, `the timer of pull ${pull.name}`, () => handlers.timer(pull)),
  };
}

import { ConstantBackoff, handleAll, retry } from "cockatiel";
import { type CollectedMessage, keepDeadMessage, reasonOf } from "../engine/deliveries/collect.ts";
import { createDeliverer, type Deliverer } from "../engine/deliveries/deliver.ts";
import { createGate, type Gate } from "../engine/deliveries/gate.ts";
import { createWakeAt, wake, type WakeAt, type Wakeup } from "../engine/deliveries/wake.ts";
import type { IntegrationDefinition } from "../engine/define/index.ts";
import type { Announcement } from "../engine/sync/announce.ts";
import type { Services } from "./services.ts";

/** How long a start waits for a destination that comes up beside it, and how often it asks, in milliseconds. */
const PREPARE_MS = 8_000;
const PREPARE_AGAIN_MS = 200;

/** What the triggers of integrations call, free of their host. Each rejects to get its message again. */
export interface DeliveryHandlers {
  /** A message of an integration's subscription; `deliveryCount` as Service Bus counts it, from 1. */
  change(integration: IntegrationDefinition, message: unknown, deliveryCount: number): Promise<void>;
  /** A message of the queue `wakeups`. */
  wakeup(message: unknown): Promise<void>;
  /** A message that the broker dead-lettered in an integration's subscription. */
  dead(integration: IntegrationDefinition, message: CollectedMessage): Promise<void>;
  /** Has what waits looked at, for every integration that is configured. */
  wakeAll(): Promise<void>;
  /** Makes a destination ready ahead of its first delivery; gives up, with a log line, after some seconds. */
  prepare(integration: IntegrationDefinition): Promise<void>;
}

/** One integration at work on this host. */
interface AtWork {
  readonly deliverer: Deliverer;
  readonly gate: Gate;
}

/** Makes the handlers; connections are opened at the first message. */
export function createDeliveryHandlers(services: Services): DeliveryHandlers {
  const { app, settings, log } = services;
  const working = new Map<string, AtWork>();
  let planned: WakeAt | undefined;
  const wakeAt: WakeAt = (name, time) => (planned ??= createWakeAt(services.ports))(name, time);

  const atWork = (integration: IntegrationDefinition): AtWork => {
    const { name } = integration;
    const known = working.get(name);
    if (known) return known;
    const { ports, secrets } = services;
    const gate = createGate(integration, ports, settings, () => wakeAt(name, ports.clock.now()));
    const deliverer = createDeliverer(integration, {
      ports,
      settings,
      secrets,
      gate,
      wakeAt: (time) => wakeAt(name, time),
    });
    const made = { deliverer, gate };
    working.set(name, made);
    return made;
  };

  return {
    async change(integration, message, deliveryCount) {
      await atWork(integration).deliverer.deliver(message as Announcement, deliveryCount);
    },

    async wakeup(message) {
      const name = (message as Partial<Wakeup> | null)?.integration;
      const integration = app.integrations.find((known) => known.name === name);
      if (!integration) return log("warn", "a wakeup of an unknown integration was dropped", { name });
      await wake(integration.name, atWork(integration).gate, services.ports, wakeAt);
    },

    async dead(integration, message) {
      const { messageId, sessionId } = message;
      const facts = { messageId, sessionId, reason: reasonOf(message) };
      log("error", `a message to ${integration.name} was dead-lettered by the broker`, facts);
      await keepDeadMessage(services.ports.documents, integration.name, message, services.ports.clock.now());
    },

    async wakeAll() {
      const { clock } = services.ports;
      const configured = app.integrations.filter(
        ({ destination }) => settings.missing(destination.settings).length === 0,
      );
      await Promise.all(configured.map(({ name }) => wakeAt(name, clock.now())));
    },

    async prepare({ name, destination }) {
      const signal = AbortSignal.timeout(PREPARE_MS);
      const policy = retry(handleAll, { backoff: new ConstantBackoff(PREPARE_AGAIN_MS) });
      const context = { value: settings.value, secrets: services.secrets, signal };
      try {
        await policy.execute(() => destination.prepare?.(context), signal);
      } catch (error) {
        log("warn", `${name} could not be made ready; its first delivery tries again`, { error });
      }
    },
  };
}

import { app as host, HttpResponse, type InvocationContext } from "@azure/functions";
import type { CollectedMessage } from "../engine/deliveries/collect.ts";
import { BUS } from "../engine/azure/connect.ts";
import type { AppDefinition } from "../engine/define/index.ts";
import { CHANGES, EVENTS, LOADS, RUNS, STEPS, WAKEUPS } from "../engine/define/topology.ts";
import { fallback, routes } from "./api/index.ts";
import { createDeliveryHandlers } from "./deliveries.ts";
import { respond } from "./http/respond.ts";
import { noticeRequests } from "./http/wire.ts";
import { endJobs } from "./jobs.ts";
import { createLoadHandlers } from "./loads.ts";
import { createMessageHandlers, shielded } from "./messages.ts";
import { createModelHandlers } from "./models.ts";
import { createSequenceHandlers } from "./sequences.ts";
import { createServices, disabledParts } from "./services.ts";

/** The sub-queue of a queue or subscription that the broker puts there what it gave up. */
const DEAD = "$DeadLetterQueue";

/**
 * Hosts an app on Azure Functions: a function for each route, queue, integration and pull, as far as the process's
 * environment configures them; what is off says so in the log. Call it once, while the host loads the app's main file.
 */
export function register(definition: AppDefinition): void {
  // Bodies of any size, both ways; without it the host hands over each body whole, and none that comes in chunks.
  host.setup({ enableHttpStream: true });
  noticeRequests();
  const services = createServices(definition, process.env, (level, message, facts) => {
    const line = facts === undefined ? message : `${message} ${JSON.stringify(facts)}`;
    // oxlint-disable-next-line no-console -- the console is where the Functions host takes logs from
    console[level](line);
  });
  const messages = createMessageHandlers(services);
  const deliveries = createDeliveryHandlers(services);
  const sequences = createSequenceHandlers(services);
  const disabled = disabledParts(definition, services.settings);
  const enabled = (what: string): boolean => !disabled.some((part) => part.what === what);
  for (const { what, missing } of disabled)
    services.log("warn", `${what} is off: missing ${missing.join(", ")}`);

  for (const route of [...routes, fallback]) {
    host.http(route.name, {
      methods: [...route.methods],
      route: route.route,
      authLevel: "anonymous",
      handler: (request, context) =>
        respond(route, request, context.invocationId, services, (init) => new HttpResponse(init)),
    });
  }

  if (enabled("processing")) {
    const connection = { connection: BUS.name, isSessionsEnabled: true };
    host.serviceBusQueue("process-events", {
      ...connection,
      queueName: EVENTS,
      handler: (message) => messages.event(message),
    });
    host.serviceBusQueue("work-runs", {
      ...connection,
      queueName: RUNS,
      handler: (message) => messages.run(message),
    });
    // Those that are not configured, too: what is announced to them becomes pending, and the topic does not fill up.
    for (const integration of definition.integrations) {
      const { name } = integration;
      host.serviceBusTopic(`integrate-${name}`, {
        ...connection,
        topicName: CHANGES,
        subscriptionName: name,
        handler: (message, context) =>
          shielded(services, `a delivery to ${name}`, () =>
            deliveries.change(integration, message, deliveryCount(context)),
          ),
      });
      host.serviceBusTopic(`dead-${name}`, {
        connection: BUS.name,
        topicName: CHANGES,
        subscriptionName: `${name}/${DEAD}`,
        handler: (message, context) =>
          shielded(services, `a dead letter of ${name}`, () =>
            deliveries.dead(integration, collected(message, context)),
          ),
      });
    }
    host.serviceBusQueue("wake-deliveries", {
      ...connection,
      queueName: WAKEUPS,
      handler: (message) => shielded(services, "a wakeup", () => deliveries.wakeup(message)),
    });
    // Every wakeup is planned when something begins to wait; this one is for what nobody thought of.
    host.timer("wake-all-deliveries", {
      schedule: "30 */5 * * * *",
      handler: () => shielded(services, "waking deliveries", () => deliveries.wakeAll()),
    });
    for (const queue of [EVENTS, RUNS, WAKEUPS]) {
      host.serviceBusQueue(`dead-${queue}`, {
        connection: BUS.name,
        queueName: `${queue}/${DEAD}`,
        handler: (message, context) => messages.dead(queue, collected(message, context)),
      });
    }
    host.serviceBusQueue("work-steps", {
      ...connection,
      queueName: STEPS,
      handler: (message) => sequences.step(message),
    });
    host.serviceBusQueue(`dead-${STEPS}`, {
      connection: BUS.name,
      queueName: `${STEPS}/${DEAD}`,
      handler: (message, context) => sequences.dead(collected(message, context)),
    });
    host.timer("tick-sequences", { schedule: "5/15 * * * * *", handler: () => sequences.tick() });
    if (enabled("datasets")) {
      const loads = createLoadHandlers(services);
      host.serviceBusQueue("load-parts", {
        ...connection,
        queueName: LOADS,
        handler: (message) => loads.part(message),
      });
      host.serviceBusQueue(`dead-${LOADS}`, {
        connection: BUS.name,
        queueName: `${LOADS}/${DEAD}`,
        handler: (message, context) => loads.dead(collected(message, context)),
      });
      host.timer("tend-loads", { schedule: "15 * * * * *", handler: () => loads.tend() });
    }
    if (enabled("business models")) {
      const models = createModelHandlers(services);
      host.timer("tick-models", { schedule: "*/15 * * * * *", handler: () => models.tick() });
      host.timer("tend-models", { schedule: "45 * * * * *", handler: () => models.tend() });
    }
    for (const pull of definition.pulls) {
      if (!enabled(`pull ${pull.name}`)) continue;
      host.timer(`pull-${pull.name}`, {
        schedule: services.settings.value(pull.schedule),
        handler: () => messages.timer(pull),
      });
    }
  }

  // Tables and the like are there before the first delivery, for readers; where that fails, the first delivery tries again.
  host.hook.appStart(async () => {
    await Promise.all([
      ...definition.integrations
        .filter(({ name }) => enabled(`integration ${name}`))
        .map((integration) => deliveries.prepare(integration)),
      // Settings may be there now for which deliveries waited. Where the broker is not, the timer comes later.
      ...(enabled("processing")
        ? [shielded(services, "waking", () => deliveries.wakeAll()).catch(() => {})]
        : []),
    ]);
  });
  host.hook.appTerminate(() =>
    shielded(services, "closing", async () => {
      await Promise.all([endJobs(services), sequences.end()]);
      await services.close();
    }),
  );
}

/** A message of a dead-letter queue, from what the trigger tells beside its body. */
function collected(body: unknown, { triggerMetadata = {} }: InvocationContext): CollectedMessage {
  const { messageId, sessionId, applicationProperties, deliveryCount: deliveries } = triggerMetadata;
  const properties =
    typeof applicationProperties === "object" && applicationProperties !== null ? applicationProperties : {};
  return {
    body,
    messageId: String(messageId),
    sessionId: typeof sessionId === "string" ? sessionId : "",
    properties: { ...properties },
    deliveries: Number(deliveries ?? 1),
  };
}

function deliveryCount(context: InvocationContext): number {
  return Number(context.triggerMetadata?.["deliveryCount"] ?? 1);
}

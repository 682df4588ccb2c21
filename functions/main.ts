import {
  app as host,
  type HttpRequest,
  type HttpResponseInit,
  type InvocationContext,
} from "@azure/functions";
import { BUS } from "../engine/azure/connect.ts";
import { CHANGES, EVENTS, RUNS } from "../engine/define/topology.ts";
import { answer } from "./api/answer.ts";
import { type ApiRequest, problem, Refused, type Route } from "./api/http.ts";
import { fallback, routes } from "./api/index.ts";
import definition from "./app.ts";
import { createMessageHandlers, shielded } from "./messages.ts";
import { createServices, disabledParts } from "./services.ts";

const services = createServices(definition, process.env, (level, message, facts) => {
  const line = facts === undefined ? message : `${message} ${JSON.stringify(facts)}`;
  // oxlint-disable-next-line no-console -- the console is where the Functions host takes logs from
  console[level](line);
});
const messages = createMessageHandlers(services);
const disabled = disabledParts(definition, services.settings);
const enabled = (what: string): boolean => !disabled.some((part) => part.what === what);
for (const { what, missing } of disabled)
  services.log("warn", `${what} is off: missing ${missing.join(", ")}`);

for (const route of [...routes, fallback]) {
  host.http(route.name, {
    methods: [...route.methods],
    route: route.route,
    authLevel: "anonymous",
    handler: (request) => shielded(services, route.name, () => respond(route, request)),
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
  for (const integration of definition.integrations) {
    if (!enabled(`integration ${integration.name}`)) continue;
    host.serviceBusTopic(`integrate-${integration.name}`, {
      ...connection,
      topicName: CHANGES,
      subscriptionName: integration.name,
      handler: (message, context) => messages.change(integration, message, deliveryCount(context)),
    });
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
  await Promise.all(
    definition.integrations
      .filter(({ name }) => enabled(`integration ${name}`))
      .map(({ name, destination }) => messages.prepare(name, destination)),
  );
});
host.hook.appTerminate(() => shielded(services, "closing", () => services.close()));

async function respond(route: Route, request: HttpRequest): Promise<HttpResponseInit> {
  const { status, headers, json } = await answer(route, apiRequest(request), services);
  return {
    status,
    headers: { "content-type": "application/json", ...headers },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  };
}

function apiRequest(request: HttpRequest): ApiRequest {
  return {
    method: request.method,
    url: new URL(request.url),
    params: request.params,
    header: (name) => request.headers.get(name) ?? undefined,
    async body(limit) {
      const declared = Number(request.headers.get("content-length") ?? 0);
      const bytes = declared > limit ? undefined : new Uint8Array(await request.arrayBuffer());
      if (bytes && bytes.length <= limit) return bytes;
      throw new Refused(problem(413, `The body is larger than ${limit} bytes.`));
    },
  };
}

function deliveryCount(context: InvocationContext): number {
  return Number(context.triggerMetadata?.["deliveryCount"] ?? 1);
}

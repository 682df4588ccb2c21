import { z } from "zod";
import { changeDestination } from "../../engine/deliveries/destination-state.ts";
import { type Overview, overviewOf } from "../../engine/deliveries/overview.ts";
import { countResync } from "../../engine/deliveries/resync.ts";
import { createWakeAt } from "../../engine/deliveries/wake.ts";
import type { IntegrationDefinition } from "../../engine/define/index.ts";
import { maskOverview } from "../../engine/privacy/mask-items.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import type { Services } from "../services.ts";
import { seesPersonal } from "./access.ts";
import { bodyOf, time } from "./body.ts";
import { type ApiRequest, type Caller, problem, Refused, type Route } from "./http.ts";
import { ACTING, reason, saysNotWhich, saysWhich } from "./which.ts";

const hold = z.strictObject({ reason });
const resync = z
  .strictObject({
    ids: z.array(z.string().min(1).max(120)).min(1).max(1_000).optional(),
    since: time.optional(),
    until: time.optional(),
    ...ACTING,
  })
  .refine(saysWhich, saysNotWhich("ids", "since", "until"));

/** How each integration's destination stands. */
export const listIntegrations: Route = {
  name: "api-integrations-list",
  methods: ["GET"],
  route: "api/v1/integrations",
  access: ["operator", "auditor"],
  async handle(_request, { app, ports, settings }, caller) {
    const items = await Promise.all(
      app.integrations.map(async (each) => view(await overviewOf(each, ports.documents, settings), caller)),
    );
    return { status: 200, json: { items, next: null } };
  },
};

/** How one integration's destination stands. */
export const readIntegration: Route = {
  name: "api-integrations-read",
  methods: ["GET"],
  route: "api/v1/integrations/{integration}",
  access: ["operator", "auditor"],
  async handle(request, services, caller) {
    const { ports, settings } = services;
    const overview = await overviewOf(integrationOf(request, services), ports.documents, settings);
    return { status: 200, json: view(overview, caller) };
  },
};

/** Has nothing sent to a destination until it is released; what is announced waits. */
export const holdIntegration: Route = {
  name: "api-integrations-hold",
  methods: ["POST"],
  route: "api/v1/integrations/{integration}/hold",
  access: ["operator"],
  async handle(request, services, caller) {
    const integration = integrationOf(request, services);
    const { name } = integration;
    const { reason } = await bodyOf(request, hold);
    const { ports, settings } = services;
    await recordAction(ports, { actor: caller.name, action: "hold", target: name, details: { reason } });
    const at = new Date(ports.clock.now()).toISOString();
    await changeDestination(ports.documents, name, (before) => ({
      ...before,
      held: { by: caller.name, reason, at },
    }));
    return { status: 200, json: await overviewOf(integration, ports.documents, settings) };
  },
};

/** Ends a hold or a pause, and has what waited drained. */
export const releaseIntegration: Route = {
  name: "api-integrations-release",
  methods: ["POST"],
  route: "api/v1/integrations/{integration}/release",
  access: ["operator"],
  async handle(request, services, caller) {
    const integration = integrationOf(request, services);
    const { name } = integration;
    const { ports, settings } = services;
    await recordAction(ports, { actor: caller.name, action: "release", target: name });
    // A pause as well: who has mended a destination need not wait for its end.
    await changeDestination(ports.documents, name, ({ held, paused, ...rest }) =>
      held || paused ? rest : undefined,
    );
    // Also where it was not held: a release whose answer was lost is asked for again.
    await createWakeAt(ports)(name, ports.clock.now());
    return { status: 200, json: await overviewOf(integration, ports.documents, settings) };
  },
};

/** Delivers the present documents again: to a destination that is new, was repaired or emptied. */
export const resyncIntegration: Route = {
  name: "api-integrations-resync",
  methods: ["POST"],
  route: "api/v1/integrations/{integration}/resync",
  access: ["operator"],
  async handle(request, services, caller) {
    const integration = integrationOf(request, services);
    const { dryRun, ...details } = await bodyOf(request, resync);
    const { all: _all, ...asked } = details;
    const { ports } = services;
    if (dryRun) return { status: 200, json: { count: await countResync(integration, asked, ports) } };
    const { name } = integration;
    await recordAction(ports, { actor: caller.name, action: "resync", target: name, details });
    const work = { kind: "resync", name, request: asked, actor: caller.name, unit: "documents" } as const;
    const run = await startRun(ports, work);
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

function view(overview: Overview, caller: Caller): Overview {
  return seesPersonal(caller) ? overview : maskOverview(overview);
}

function integrationOf(request: ApiRequest, { app }: Services): IntegrationDefinition {
  const { integration: name = "" } = request.params;
  const found = app.integrations.find((known) => known.name === name);
  if (!found) throw new Refused(problem(404, `There is no integration "${name}".`));
  return found;
}

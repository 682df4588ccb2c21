import { z } from "zod";
import { countDeliveries, deliveriesWhere } from "../../engine/deliveries/replay-deliveries.ts";
import type { DeliveryRecord, DeliveryStatus } from "../../engine/deliveries/records.ts";
import { maskDelivery } from "../../engine/privacy/mask-items.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import { withoutSystemFields } from "../../engine/system-fields.ts";
import { seesPersonal } from "./access.ts";
import { bodyOf, time } from "./body.ts";
import type { Route } from "./http.ts";
import { listAnswer, oneOf, pageOf, timeIn } from "./list.ts";
import { ACTING, knownIntegration, saysNotWhich, saysWhich } from "./which.ts";

const STATUSES = ["delivered", "ignored", "retrying", "failed"] as const satisfies readonly DeliveryStatus[];

const replay = z
  .strictObject({
    integration: z.string().optional(),
    status: z.enum(STATUSES).optional(),
    key: z.string().optional(),
    eventId: z.string().optional(),
    since: time.optional(),
    until: time.optional(),
    ...ACTING,
  })
  .refine(saysWhich, saysNotWhich("integration", "status", "key", "eventId", "since", "until"));

/** Attempts to deliver, the newest first; `?integration=`, `?status=`, `?key=`, `?eventId=`, `?since=`, `?until=`. */
export const listDeliveries: Route = {
  name: "api-deliveries-list",
  methods: ["GET"],
  route: "api/v1/deliveries",
  access: ["operator", "auditor"],
  async handle(request, services, caller) {
    const given = (name: string): string | undefined => request.url.searchParams.get(name) ?? undefined;
    const key = given("key");
    const { text, parameters } = deliveriesWhere({
      integration: given("integration"),
      key,
      eventId: given("eventId"),
      status: oneOf(request, "status", STATUSES),
      since: timeIn(request, "since"),
      until: timeIn(request, "until"),
    });
    const page = await services.ports.documents.query<DeliveryRecord>("deliveries", {
      text: `SELECT * FROM c WHERE ${text} ORDER BY c.at DESC`,
      parameters,
      ...(key === undefined ? {} : { partition: key }),
      ...pageOf(request),
    });
    const shown = (record: DeliveryRecord): DeliveryRecord =>
      seesPersonal(caller) ? record : maskDelivery(record);
    return listAnswer(request, page, (record) => withoutSystemFields(shown(record)));
  },
};

/** Delivers again, in its present state, what delivery records tell of. */
export const replayAllDeliveries: Route = {
  name: "api-deliveries-replay",
  methods: ["POST"],
  route: "api/v1/deliveries/replay",
  access: ["operator"],
  async handle(request, { app, ports }, caller) {
    const { dryRun, ...details } = await bodyOf(request, replay);
    const { all: _all, ...which } = details;
    knownIntegration(which.integration, app);
    if (dryRun) return { status: 200, json: { count: await countDeliveries(ports.documents, which) } };
    await recordAction(ports, { actor: caller.name, action: "replay", target: "deliveries", details });
    const work = {
      kind: "replay",
      name: "deliveries",
      request: which,
      actor: caller.name,
      unit: "records",
    } as const;
    const run = await startRun(ports, work);
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

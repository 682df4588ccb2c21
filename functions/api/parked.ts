import { z } from "zod";
import { entityKey } from "../../engine/define/key.ts";
import { EVENTS } from "../../engine/define/topology.ts";
import { maskEvent, maskParked } from "../../engine/privacy/mask-items.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import { MAX_REASON, skipEvent } from "../../engine/sync/control.ts";
import { loadEntity } from "../../engine/sync/entity.ts";
import { messageOf } from "../../engine/sync/identify.ts";
import { LINE, type ParkedEvent } from "../../engine/sync/park.ts";
import { countParked, listParked, type ParkedEntity } from "../../engine/sync/parked-list.ts";
import type { Services } from "../services.ts";
import { seesPersonal } from "./access.ts";
import { badBody, bodyOf, time } from "./body.ts";
import { type ApiResponse, type Caller, problem, type Route } from "./http.ts";
import { listAnswer, pageOf, timeIn } from "./list.ts";
import { ACTING, saysNotWhich, saysWhich } from "./which.ts";

const SAMPLE = 20;

const retry = z
  .strictObject({
    action: z.literal("retry"),
    keys: z.array(z.string().max(128)).min(1).max(400).optional(),
    entity: z.string().optional(),
    since: time.optional(),
    until: time.optional(),
    ...ACTING,
  })
  .refine(saysWhich, saysNotWhich("keys", "entity", "since", "until"))
  .refine(({ keys, entity, since, until }) => !keys || (entity ?? since ?? until) === undefined, {
    error: "either names keys, or filters by entity, since and until",
  });
const skip = z.strictObject({
  action: z.literal("skip"),
  key: z.string().max(128),
  eventId: z.string(),
  reason: z.string().trim().min(1).max(MAX_REASON),
});
const action = z.discriminatedUnion("action", [retry, skip]);

/** Parked entities, those first that failed last; `?entity=`, `?since=`, `?until=` (of `at`). */
export const listAllParked: Route = {
  name: "api-parked-list",
  methods: ["GET"],
  route: "api/v1/parked",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const filter = {
      entity: request.url.searchParams.get("entity") ?? undefined,
      since: timeIn(request, "since"),
      until: timeIn(request, "until"),
    };
    const page = await listParked(ports.documents, filter, "DESC", pageOf(request));
    return listAnswer(request, page, (entity) =>
      view(seesPersonal(caller) ? entity : { ...entity, parked: maskParked(entity.parked) }),
    );
  },
};

/** The events that wait for one entity, in their order. */
export const readParkedLine: Route = {
  name: "api-parked-line",
  methods: ["GET"],
  route: "api/v1/parked/{entity}/{id}",
  access: ["operator", "auditor"],
  async handle(request, { app, ports }, caller) {
    const { entity = "", id = "" } = request.params;
    const key = entityKey(entity, id);
    const { parked } = await loadEntity(ports.documents, key);
    if (!parked) return problem(404, `The ${entity} ${id} is not parked.`);
    const page = await ports.documents.query<ParkedEvent>("unified", {
      text: LINE,
      partition: key,
      ...pageOf(request),
    });
    return listAnswer(request, page, ({ place, at, event }) => ({
      place,
      at,
      event: seesPersonal(caller) ? event : maskEvent(event, app.rules.get(event.type)?.on),
    }));
  },
};

/** Tries lines again, or skips the first event of one. */
export const actOnParked: Route = {
  name: "api-parked-act",
  methods: ["POST"],
  route: "api/v1/parked",
  access: ["operator"],
  async handle(request, services, caller) {
    const asked = await bodyOf(request, action);
    return asked.action === "retry" ? retryAll(asked, services, caller) : skipOne(asked, services, caller);
  },
};

async function retryAll(
  { action: what, dryRun, all, ...which }: z.output<typeof retry>,
  { app, ports }: Services,
  { name: actor }: Caller,
): Promise<ApiResponse> {
  if (which.entity !== undefined && !app.documents.has(which.entity)) {
    throw badBody("entity", `there is no document "${which.entity}"`);
  }
  if (dryRun) return { status: 200, json: await foresee(which, ports.documents) };
  const details = { ...which, ...(all ? { all } : {}) };
  await recordAction(ports, { actor, action: what, target: "parked", details });
  const work = { kind: "retry", name: "parked", unit: "entities" } as const;
  const run = await startRun(ports, { ...work, request: which, actor });
  return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
}

/** Which entities a retry would meet. */
async function foresee(
  { keys, ...filter }: Omit<z.output<typeof retry>, "action" | "dryRun" | "all">,
  documents: Services["ports"]["documents"],
): Promise<{ count: number; sample: readonly string[] }> {
  if (!keys) {
    const sample = await listParked(documents, filter, "DESC", { limit: SAMPLE });
    return { count: await countParked(documents, filter), sample: sample.items.map(({ key }) => key) };
  }
  const entities = await Promise.all(
    [...new Set(keys)].map(async (key) => ({ key, ...(await loadEntity(documents, key)) })),
  );
  const parked = entities.flatMap(({ key, parked }) => (parked ? [key] : []));
  return { count: parked.length, sample: parked.slice(0, SAMPLE) };
}

async function skipOne(
  { key, eventId, reason }: z.output<typeof skip>,
  { ports }: Services,
  { name: actor }: Caller,
): Promise<ApiResponse> {
  const { parked } = await loadEntity(ports.documents, key);
  if (!parked) return problem(404, `${key} is not parked.`);
  if (parked.eventId !== eventId) {
    const detail = `The first event that waits for ${key} is ${parked.eventId}; only that one can be skipped.`;
    return problem(409, detail, { eventId: parked.eventId });
  }
  await recordAction(ports, { actor, action: "skip", target: key, details: { eventId, reason } });
  const at = new Date(ports.clock.now()).toISOString();
  await ports.queue(EVENTS).send([messageOf(skipEvent(key, { eventId, reason, actor, at }))]);
  return { status: 202, json: { key, eventId } };
}

function view({ key, entity, entityId, parked }: ParkedEntity): object {
  const { eventId, reason, at, waiting } = parked;
  return { key, entity, id: entityId, eventId, reason, at, waiting };
}

import { z } from "zod";
import { maskIssues } from "../../engine/privacy/mask-items.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import {
  countQuarantine,
  discardQuarantined,
  listQuarantine,
  QUARANTINE_ID,
  type QuarantineSummary,
  readQuarantined,
  shownId,
} from "../../engine/sync/quarantine-list.ts";
import { seesPersonal } from "./access.ts";
import { bodyOf, time } from "./body.ts";
import { type Caller, problem, type Route } from "./http.ts";
import { listAnswer, oneOf, pageOf, timeIn } from "./list.ts";
import { ACTING, reason, saysNotWhich, saysWhich } from "./which.ts";

const SAMPLE = 20;
const VIA = ["receiver", "pull", "queue", "import", "sequence"] as const;

const filter = {
  ids: z.array(z.string().regex(QUARANTINE_ID, "is no id of this list")).min(1).max(400).optional(),
  via: z.enum(VIA).optional(),
  name: z.string().optional(),
  since: time.optional(),
  until: time.optional(),
  ...ACTING,
};
const action = z
  .discriminatedUnion("action", [
    z.strictObject({ action: z.literal("replay"), ...filter }),
    z.strictObject({
      action: z.literal("discard"),
      ...filter,
      reason,
    }),
  ])
  .refine(saysWhich, saysNotWhich("ids", "via", "name", "since", "until"));

/** Inputs in quarantine, the latest first, without their payloads; `?via=`, `?name=`, `?since=`, `?until=`. */
export const listAllQuarantine: Route = {
  name: "api-quarantine-list",
  methods: ["GET"],
  route: "api/v1/quarantine",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const wanted = {
      via: oneOf(request, "via", VIA),
      name: request.url.searchParams.get("name") ?? undefined,
      since: timeIn(request, "since"),
      until: timeIn(request, "until"),
    };
    const page = await listQuarantine(ports.documents, wanted, "DESC", pageOf(request));
    return listAnswer(request, page, (item) => view(item, caller));
  },
};

/** One input; its payload, which nobody has judged yet, for who sees personal values alone. */
export const readOneQuarantined: Route = {
  name: "api-quarantine-read",
  methods: ["GET"],
  route: "api/v1/quarantine/{id}",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const id = request.params["id"] ?? "";
    const stored = await readQuarantined(ports.documents, id);
    if (!stored) return problem(404, `There is no input "${id}" in quarantine.`);
    const { payload, ...rest } = stored.item;
    const truncated = payload.truncated ? { truncated: payload.truncated } : {};
    const json = { ...view({ ...rest, ...truncated }, caller), ...(seesPersonal(caller) ? { payload } : {}) };
    return { status: 200, json };
  },
};

/** Replays or discards inputs. */
export const actOnQuarantine: Route = {
  name: "api-quarantine-act",
  methods: ["POST"],
  route: "api/v1/quarantine",
  access: ["operator"],
  async handle(request, { ports }, { name: actor }) {
    const { dryRun, action: what, ...details } = await bodyOf(request, action);
    const { reason: _reason, all: _all, ...wanted } = { reason: undefined, ...details };
    if (dryRun) {
      const sample = await listQuarantine(ports.documents, wanted, "DESC", { limit: SAMPLE });
      const count = await countQuarantine(ports.documents, wanted);
      return { status: 200, json: { count, sample: sample.items.map(shownId) } };
    }
    await recordAction(ports, { actor, action: what, target: "quarantine", details });
    if (what === "discard") {
      return { status: 200, json: { discarded: await discardQuarantined(ports, wanted) } };
    }
    const work = { kind: "replay", name: "quarantine", unit: "inputs" } as const;
    const run = await startRun(ports, { ...work, request: wanted, actor });
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

function view(item: QuarantineSummary, caller: Caller): object {
  const { via, name, deliveryId, at, row, attempts, triedAt, truncated } = item;
  const issues = seesPersonal(caller) ? item.issues : maskIssues(item.issues);
  return {
    id: shownId(item),
    via,
    name,
    deliveryId,
    at,
    ...(row === undefined ? {} : { row: row.row }),
    issues,
    attempts: attempts ?? 0,
    ...(triedAt === undefined ? {} : { triedAt }),
    ...(truncated ? { truncated } : {}),
  };
}

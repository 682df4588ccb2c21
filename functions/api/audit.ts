import { z } from "zod";
import { AUDIT_KEY, auditKeyOf } from "../../engine/audit/checkpoint/audit-key.ts";
import { NOTHING_VERIFIED } from "../../engine/audit/verify/break.ts";
import { makeCheckpoint, MARGIN_MS } from "../../engine/audit/checkpoint/checkpoint.ts";
import { verifyEntities, type VerifyScope, withEntity } from "../../engine/audit/verify/verify.ts";
import { entityKey } from "../../engine/define/key.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { startRun } from "../../engine/runs/start.ts";
import { bodyOf, time } from "./body.ts";
import { type ApiRequest, problem, type Route } from "./http.ts";
import { badQuery, timeIn } from "./list.ts";

const BOTH = "give entity and id, or neither";
const ONE_OF = "give entity and id, or since: one entity is verified whole";

const scope = z
  .strictObject({
    entity: z.string().min(1).optional(),
    id: z.string().min(1).optional(),
    since: time.optional(),
  })
  .refine(({ entity, id }) => (entity === undefined) === (id === undefined), { error: BOTH })
  .refine(({ entity, since }) => entity === undefined || since === undefined, { error: ONE_OF });

/** Verifies hash chains and documents, and answers when it has: `?entity=&id=`, `?since=`, or all. */
export const verifyAudit: Route = {
  name: "api-audit-verify",
  methods: ["GET"],
  route: "api/v1/audit/verify",
  access: ["operator", "auditor"],
  async handle(request, { ports }) {
    const key = keyIn(request);
    const since = timeIn(request, "since");
    if (key !== undefined && since !== undefined) throw badQuery("since", ONE_OF);
    let verified = NOTHING_VERIFIED;
    for await (const one of verifyEntities(ports, { key, since })) verified = withEntity(verified, one);
    if (key !== undefined && verified.entities === 0) return nothingOf(request);
    return { status: 200, json: verified };
  },
};

/** Starts the same as a run, for a log that takes longer than a request may. */
export const startVerify: Route = {
  name: "api-audit-verify-start",
  methods: ["POST"],
  route: "api/v1/audit/verify",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const { entity, id, since } = await bodyOf(request, scope);
    const key = entity === undefined || id === undefined ? undefined : entityKey(entity, id);
    const which: VerifyScope = {
      ...(key === undefined ? {} : { key }),
      ...(since === undefined ? {} : { since }),
    };
    const actor = caller.name;
    await recordAction(ports, { actor, action: "verify", target: "audit", details: { ...which } });
    const run = await startRun(ports, {
      kind: "verify",
      name: "audit",
      request: which,
      actor,
      unit: "records",
    });
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

/** Signs what was recorded until a minute ago; `?entity=&id=` adds the proof that this entity's newest record is in it. */
export const readCheckpoint: Route = {
  name: "api-audit-checkpoint",
  methods: ["GET"],
  route: "api/v1/audit/checkpoint",
  access: ["operator", "auditor"],
  async handle(request, { ports, settings }) {
    const signer = auditKeyOf(settings.value(AUDIT_KEY));
    const key = keyIn(request);
    const covers = new Date(ports.clock.now() - MARGIN_MS).toISOString();
    const { checkpoint, proof } = await makeCheckpoint(ports.documents, signer, { covers, key });
    if (key === undefined) return { status: 200, json: checkpoint };
    if (!proof) return nothingOf(request, ` up to ${covers}`);
    return { status: 200, json: { ...checkpoint, proof } };
  },
};

/** The key of the entity in a query; undefined where it names none. Throws a Refused of 400 where it names half of one. */
function keyIn({ url }: ApiRequest): string | undefined {
  const [entity, id] = ["entity", "id"].map((name) => url.searchParams.get(name) || undefined);
  if (entity !== undefined && id !== undefined) return entityKey(entity, id);
  if (entity === undefined && id === undefined) return undefined;
  throw badQuery(entity === undefined ? "entity" : "id", BOTH);
}

function nothingOf({ url }: ApiRequest, when = ""): ReturnType<typeof problem> {
  const [entity, id] = ["entity", "id"].map((name) => url.searchParams.get(name));
  return problem(404, `Nothing was recorded of ${entity} ${id}${when}.`);
}

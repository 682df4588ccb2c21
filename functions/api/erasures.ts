import { z } from "zod";
import type { DocumentDefinition } from "../../engine/define/index.ts";
import { entityKey } from "../../engine/define/key.ts";
import { NAME } from "../../engine/define/receiver.ts";
import { lastErasure, type ErasureRequest } from "../../engine/privacy/erasure.ts";
import { foreseeErasure } from "../../engine/privacy/foresee-erasure.ts";
import { maskRun } from "../../engine/privacy/mask-items.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { runView } from "../../engine/runs/run.ts";
import { startRun } from "../../engine/runs/start.ts";
import { readDocument } from "../../engine/sync/entity.ts";
import { PSEUDONYM_KEY } from "../../engine/sync/identify.ts";
import type { Services } from "../services.ts";
import { seesPersonal } from "./access.ts";
import { bodyOf } from "./body.ts";
import { type ApiRequest, problem, Refused, type Route } from "./http.ts";
import { reason } from "./which.ts";

const erasure = z.strictObject({ reason, dryRun: z.boolean().default(false) });

/** Erases the personal values of an entity everywhere; the run's result is the receipt. */
export const eraseEntity: Route = {
  name: "api-entities-erase",
  methods: ["POST"],
  route: "api/v1/entities/{entity}/{id}/erasure",
  access: ["operator"],
  async handle(request, services, caller) {
    const { app, ports, settings } = services;
    const { definition, entity, id, key } = entityOf(request, services);
    const { dryRun, reason: why } = await bodyOf(request, erasure);
    const missing = definition?.pseudonymous ? settings.missing([PSEUDONYM_KEY]) : [];
    if (missing.length > 0) {
      return problem(503, `The document "${entity}" is not configured: missing ${missing.join(", ")}.`);
    }
    if (!(await readDocument(ports.documents, entity, id))) {
      return problem(404, definition ? `No event has spoken of ${entity} ${id}.` : noDocument(entity));
    }
    if (dryRun) {
      return { status: 200, json: { key, places: await foreseeErasure(ports, app, key) } };
    }
    const actor = caller.name;
    await recordAction(ports, { actor, action: "erase", target: key, details: { reason: why } });
    const asked: ErasureRequest = { key, reason: why };
    const work = { kind: "erasure", name: "entities", request: asked, actor, unit: "steps" } as const;
    const run = await startRun(ports, work);
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

/** The newest erasure of an entity, as a run; its result is the receipt. */
export const readErasure: Route = {
  name: "api-entities-erasure",
  methods: ["GET"],
  route: "api/v1/entities/{entity}/{id}/erasure",
  access: ["operator", "auditor"],
  async handle(request, services, caller) {
    const { definition, entity, id, key } = entityOf(request, services);
    const run = await lastErasure(services.ports.documents, key);
    if (!run) return problem(404, definition ? `Nobody had ${entity} ${id} erased.` : noDocument(entity));
    return { status: 200, json: runView(seesPersonal(caller) ? run : maskRun(run)) };
  },
};

/** What a request is about. An app may have the definition no more, and the store what there was of it. */
function entityOf(
  { params }: ApiRequest,
  { app }: Services,
): { definition: DocumentDefinition | undefined; entity: string; id: string; key: string } {
  const { entity = "", id = "" } = params;
  const definition = app.documents.get(entity);
  if (!definition && !NAME.test(entity)) throw new Refused(problem(404, noDocument(entity)));
  return { definition, entity, id, key: entityKey(entity, id) };
}

function noDocument(entity: string): string {
  return `There is no document "${entity}".`;
}

import { z } from "zod";
import { missingOf } from "../../engine/models/missing.ts";
import { MAX_RETIRED, rotateUser } from "../../engine/models/rotate.ts";
import { runNow } from "../../engine/models/run-now.ts";
import { listExecutions } from "../../engine/models/schedule/list-executions.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { bodyOf } from "./body.ts";
import { deskOf, MODEL_ROLES, modelIn } from "./business-models.ts";
import { problem, type Route } from "./http.ts";
import { listAnswer, pageOf } from "./list.ts";

/** The runs of a model's job that have ended, the newest first, each with what it printed. */
export const listModelExecutions: Route = {
  name: "api-models-executions",
  methods: ["GET"],
  route: "api/v1/businessmodels/{id}/executions",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const { model } = await modelIn(request, services, caller);
    const page = await listExecutions(services.ports.documents, { model, ...pageOf(request) });
    return listAnswer(request, page, (execution) => execution);
  },
};

/** Runs a model's job now, whatever its frequency; lifts a pause. */
export const startModelRun: Route = {
  name: "api-models-run",
  methods: ["POST"],
  route: "api/v1/businessmodels/{id}/runs",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const { ports } = services;
    const model = await modelIn(request, services, caller);
    if ("refused" in services.jobs && model.ready_made === undefined)
      return problem(503, `Jobs do not run: ${services.jobs.refused}.`);
    const missing = missingOf(model);
    if (missing.length > 0) return problem(409, "The model is not complete.", { missing });
    const details = { model: model.model };
    await recordAction(ports, { actor: caller.name, action: "run-job", target: model.name, details });
    const run = await runNow(ports, model.model, caller.name);
    if (!run) return problem(409, "There is nothing to cover yet: its last window has just ended.");
    return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
  },
};

const rotation = z.strictObject({
  role: z.enum(["job", "reader"]),
  graceMinutes: z.int().min(0).max(10_080).default(60),
});

/** Gives a model's job or reader another user with another password: the only answer that ever shows it. */
export const rotateModelCredentials: Route = {
  name: "api-models-credentials",
  methods: ["POST"],
  route: "api/v1/businessmodels/{id}/credentials",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const model = await modelIn(request, services, caller);
    const { role, graceMinutes } = await bodyOf(request, rotation);
    if (!model.users) return problem(409, "The model has no users yet: they come with its first .sql.");
    if ((model.retired ?? []).length >= MAX_RETIRED) {
      return problem(409, `${MAX_RETIRED} users before may still come in: wait until their time is over.`);
    }
    const details = { model: model.model, role, graceMinutes };
    await recordAction(services.ports, {
      actor: caller.name,
      action: "rotate-credentials",
      target: model.name,
      details,
    });
    const url = await rotateUser(deskOf(services), model, role, graceMinutes * 60_000);
    if (url === undefined) return problem(409, "Somebody else rotated it at the same time: try again.");
    return { status: 200, headers: { "cache-control": "no-store" }, json: { [role]: { url } } };
  },
};

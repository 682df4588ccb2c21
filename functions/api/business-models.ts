import { z } from "zod";
import { UnavailableError } from "../../engine/errors/unavailable-error.ts";
import { changeModel } from "../../engine/models/change.ts";
import { commandOf } from "../../engine/models/command.ts";
import { createModel } from "../../engine/models/create.ts";
import { deleteModel } from "../../engine/models/delete.ts";
import type { ModelDesk } from "../../engine/models/desk.ts";
import { missingOf } from "../../engine/models/missing.ts";
import { type BusinessModel, listModels, readModel, type UploadedSource } from "../../engine/models/model.ts";
import { takeName } from "../../engine/models/owned.ts";
import { beginningOfRecords } from "../../engine/models/ready-made/first-window.ts";
import { makeTables } from "../../engine/models/ready-made/make-tables.ts";
import { READY_MADE_NAMES, type ReadyMade } from "../../engine/models/ready-made/ready-made.ts";
import { MODELS_QUOTA, quotaOf } from "../../engine/models/quota.ts";
import { rotateUser } from "../../engine/models/rotate.ts";
import { startNext } from "../../engine/models/schedule/start-next.ts";
import { resumeModel } from "../../engine/models/schedule/resume.ts";
import { findState, type ModelState } from "../../engine/models/schedule/state.ts";
import { scheduleView } from "../../engine/models/schedule/view.ts";
import type { SqlTaken } from "../../engine/models/take-sql.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { keyOf, SECRETS_KEY } from "../../engine/secrets/seal.ts";
import type { Services } from "../services.ts";
import { isOperator } from "./access.ts";
import { badBody, bodyOf, printableName, time } from "./body.ts";
import { type ApiRequest, type ApiResponse, type Caller, problem, Refused, type Route } from "./http.ts";
import { badQuery, listAnswer, pageOf } from "./list.ts";

/** Who may have models. */
export const MODEL_ROLES = ["operator", "subscriber"] as const;

const fields = {
  name: printableName(64),
  job_frequency: z
    .int({ error: "must be a whole number of minutes" })
    .min(1, { error: "must be 1 minute at least" })
    .max(44_640, { error: "must be 44640 minutes (31 days) at most" })
    .nullable(),
  job_execution_command: z
    .string()
    .max(1_000)
    .superRefine((text, context) => {
      const command = commandOf(text, undefined);
      if ("fault" in command) context.addIssue({ code: "custom", message: command.fault });
    })
    .nullable(),
  active: z.boolean(),
  from: time,
};

/** Why a subscriber may not have one, though it may have others. */
const OPERATORS_ALONE =
  "A ready-made model shows documents, audit log and deliveries of everybody: only an operator may make one.";

const NO_COMMAND = "is for jobs that are uploaded: a ready-made model is filled by Caudal itself";

const wanted = z.strictObject({
  name: fields.name,
  ready_made: z.enum(READY_MADE_NAMES, { error: `must be one of ${READY_MADE_NAMES.join(", ")}` }).optional(),
  job_frequency: fields.job_frequency.default(null),
  job_execution_command: fields.job_execution_command.default(null),
  active: fields.active.default(true),
  from: fields.from.optional(),
});

/** Makes a business model: its tables and its job come by uploads, those of a ready-made one are there at once. */
export const createBusinessModel: Route = {
  name: "api-models-create",
  methods: ["POST"],
  route: "api/v1/businessmodels",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const { ports, settings } = services;
    const { from, ready_made, ...asked } = await bodyOf(request, wanted);
    const now = ports.clock.now();
    checkBeginning(from, now);
    if (ready_made !== undefined) {
      if (!isOperator(caller)) return problem(403, OPERATORS_ALONE);
      if (asked.job_execution_command !== null) throw badBody("job_execution_command", NO_COMMAND);
      // Its users need it: better to say so before anything is made.
      keyOf(SECRETS_KEY, settings.value(SECRETS_KEY));
    }
    const least = now - MOST_BEHIND_MS;
    const beginning =
      ready_made === undefined ? now : await beginningOfRecords(ports.documents, { least, now });
    const most = isOperator(caller) ? Number.MAX_SAFE_INTEGER : quotaOf(settings, MODELS_QUOTA);
    await recordAction(ports, {
      actor: caller.name,
      action: "create-model",
      target: asked.name,
      ...(ready_made === undefined ? {} : { details: { ready_made } }),
    });
    const made = await createModel(
      ports,
      {
        ...asked,
        ...(ready_made === undefined ? {} : { ready_made }),
        from: from ?? new Date(beginning).toISOString(),
        owner: caller.name,
        createdBy: caller.name,
      },
      most,
    );
    if (made === "taken") return nameTaken(asked.name);
    if (made === "full") {
      const detail = `The quota of models (${MODELS_QUOTA.name}) is ${most}, and you have as many: delete one first.`;
      return problem(409, detail, { quota: MODELS_QUOTA.name, most });
    }
    const headers = { location: `/api/v1/businessmodels/${made.model}` };
    if (ready_made !== undefined) {
      const answer = await withTables(made, ready_made, request, services, caller);
      return { ...answer, headers: { ...answer.headers, ...headers } };
    }
    return { status: 201, headers, json: modelView(made, undefined, caller, now) };
  },
};

/** The tables and users of a new ready-made model, and its first run: the only answer that shows its reader's address. */
async function withTables(
  model: BusinessModel,
  name: ReadyMade,
  request: ApiRequest,
  services: Services,
  caller: Caller,
): Promise<ApiResponse> {
  let taken: SqlTaken;
  try {
    taken = await makeTables(deskOf(services), model, name);
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const detail = `The model ${model.model} is made, and its database is not: ${error.message}. Its first run makes it; POST …/${model.model}/credentials then gives its reader an address.`;
    return problem(503, detail, { id: model.model });
  }
  if (!taken.model) throw noSuchModel(request);
  await startNext(services.ports, taken.model, caller.name);
  const { addresses, changes } = taken;
  // A tick may have been quicker: then its run made the users, and nobody knows their passwords.
  const url = addresses?.reader.url ?? (await rotateUser(deskOf(services), taken.model, "reader", 0));
  const about = { ...(url === undefined ? {} : { reader: { url } }), changes };
  const answer = await shown(taken.model, services, caller, about);
  return { ...answer, status: 201, headers: { "cache-control": "no-store" } };
}

/** Business models, the oldest first: a subscriber's own, an operator's all. */
export const listBusinessModels: Route = {
  name: "api-models-list",
  methods: ["GET"],
  route: "api/v1/businessmodels",
  access: MODEL_ROLES,
  async handle(request, { ports }, caller) {
    const owner = isOperator(caller) ? undefined : caller.name;
    const page = await listModels(ports.documents, { owner, ...pageOf(request) });
    const now = ports.clock.now();
    const views = await Promise.all(
      page.items.filter(mayKnow(caller)).map(async (model) => {
        const held = await findState(ports.documents, model.model);
        return modelView(model, held?.state, caller, now);
      }),
    );
    return listAnswer(request, { items: views, next: page.next }, (view) => view);
  },
};

/** One business model: what it is, what it still needs, how far its time is covered. */
export const readBusinessModel: Route = {
  name: "api-models-read",
  methods: ["GET"],
  route: "api/v1/businessmodels/{id}",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    return shown(await modelIn(request, services, caller), services, caller);
  },
};

/** Alters fields of a business model. `active: true` also resumes one that is paused. */
export const changeBusinessModel: Route = {
  name: "api-models-change",
  methods: ["PATCH"],
  route: "api/v1/businessmodels/{id}",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const { ports } = services;
    const { documents, clock } = ports;
    const { model: id, owner, name, ready_made } = await modelIn(request, services, caller);
    const asked = await bodyOf(request, z.strictObject(fields).partial());
    if (ready_made !== undefined && typeof asked.job_execution_command === "string") {
      return problem(409, `The job_execution_command ${NO_COMMAND}.`);
    }
    const change = Object.fromEntries(
      Object.entries(asked).filter(([, value]) => value !== undefined),
    ) as Partial<BusinessModel>;
    if (change.from !== undefined) {
      checkBeginning(change.from, clock.now());
      if (await findState(documents, id)) {
        return problem(409, "Its first run has begun: where its first window begins stays as it is.");
      }
    }
    await recordAction(ports, {
      actor: caller.name,
      action: "change-model",
      target: name,
      details: { model: id, ...change },
    });
    if (change.name !== undefined) {
      const taking = { owner, model: id, name: change.name };
      const bounds = { most: Number.MAX_SAFE_INTEGER, now: clock.now() };
      if (await takeName(documents, taking, bounds)) return nameTaken(change.name);
    }
    const changed = await changeModel(documents, id, () => change);
    if (!changed) throw noSuchModel(request);
    if (change.active === true) await resumeModel(ports, id);
    return shown(changed, services, caller);
  },
};

/** Deletes a business model with its database and users, once its name is said. */
export const deleteBusinessModel: Route = {
  name: "api-models-delete",
  methods: ["DELETE"],
  route: "api/v1/businessmodels/{id}",
  access: MODEL_ROLES,
  async handle(request, services, caller) {
    const model = await modelIn(request, services, caller);
    const { name, model: id, database } = model;
    if (request.url.searchParams.get("confirm") !== name) {
      throw badQuery("confirm", `must be the model's name, ${JSON.stringify(name)}: its database goes too`);
    }
    const details = { model: id, database };
    await recordAction(services.ports, {
      actor: caller.name,
      action: "delete-model",
      target: name,
      details,
    });
    await deleteModel(deskOf(services), model, caller.name);
    return { status: 204 };
  },
};

/** Longest that a model may have to catch up with, in milliseconds: some 3,650 windows of a day. */
const MOST_BEHIND_MS = 3_653 * 24 * 60 * 60_000;

function checkBeginning(from: string | undefined, now: number): void {
  if (from === undefined) return;
  if (Date.parse(from) > now) throw badBody("from", "must not be in the future");
  if (now - Date.parse(from) > MOST_BEHIND_MS) throw badBody("from", "must not be more than ten years ago");
}

/** What changes of models are made with. */
export function deskOf({ ports, models: server, settings }: Services): ModelDesk {
  return { ports, server, settings };
}

/** The model that a request is about. Throws a Refused of 404 where there is none, or none that the caller may know of. */
export async function modelIn(
  request: ApiRequest,
  { ports }: Pick<Services, "ports">,
  caller: Caller,
): Promise<BusinessModel> {
  const stored = await readModel(ports.documents, request.params["id"] ?? "");
  if (!stored || !mayKnow(caller)(stored.item)) throw noSuchModel(request);
  return stored.item;
}

/** Whether a caller may know of a model: of its own, and an operator of all. Ready-made ones are for operators alone. */
function mayKnow(caller: Caller): (model: BusinessModel) => boolean {
  return ({ owner, ready_made }) => isOperator(caller) || (owner === caller.name && ready_made === undefined);
}

/** The answer where there is no such model, or none that the caller may know of. */
export function noSuchModel({ params }: Pick<ApiRequest, "params">): Refused {
  const id = JSON.stringify((params["id"] ?? "").slice(0, 80));
  return new Refused(problem(404, `There is no business model with the id ${id}.`));
}

/** The answer that shows a model. */
export async function shown(
  model: BusinessModel,
  { ports }: Pick<Services, "ports">,
  caller: Caller,
  more: object = {},
): Promise<ApiResponse> {
  const held = await findState(ports.documents, model.model);
  const json = { ...more, ...modelView(model, held?.state, caller, ports.clock.now()) };
  return { status: 200, headers: { "cache-control": "private, no-cache" }, json };
}

/** A model as it is shown. */
function modelView(
  model: BusinessModel,
  state: ModelState | undefined,
  caller: Caller,
  now: number,
): Readonly<Record<string, unknown>> {
  const { model: id, name, owner, job_frequency, job_execution_command, active, database } = model;
  const { sql, job, users, from, createdAt } = model;
  return {
    id,
    name,
    ...(isOperator(caller) ? { owner } : {}),
    ready_made: model.ready_made ?? null,
    job_frequency,
    job_execution_command,
    active,
    missing: missingOf(model),
    database,
    model: sourceView(sql),
    job: sourceView(job),
    users: users ? { job: users.job.name, reader: users.reader.name } : null,
    from,
    full_since: model.fullSince ?? null,
    schedule: scheduleView(state, model, now),
    createdAt,
  };
}

function sourceView(source: UploadedSource | undefined): object | null {
  if (!source) return null;
  const { blob: _blob, ...rest } = source;
  return rest;
}

function nameTaken(name: string): ApiResponse {
  return problem(
    409,
    `There is a business model of that name, ${JSON.stringify(name)} in whatever case: choose another.`,
  );
}

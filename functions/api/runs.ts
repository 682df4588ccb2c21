import type { PullDefinition } from "../../engine/define/index.ts";
import { readModel } from "../../engine/models/model.ts";
import { runNow } from "../../engine/models/run-now.ts";
import { startPull } from "../../engine/pulls/start.ts";
import { cancelRun } from "../../engine/runs/cancel.ts";
import { recordAction } from "../../engine/runs/operator-log.ts";
import {
  listRuns,
  readRun,
  type Run,
  RUN_KINDS,
  RUN_STATUSES,
  runView as viewOf,
} from "../../engine/runs/run.ts";
import { startRun } from "../../engine/runs/start.ts";
import { cancelSequenceRun } from "../../engine/sequences/runs/cancel-sequence-run.ts";
import { readSequenceRun } from "../../engine/sequences/runs/sequence-run.ts";
import { startSequence } from "../../engine/sequences/runs/start-sequence.ts";
import { sequenceRunView } from "../../engine/sequences/runs/view.ts";
import { withoutSystemFields } from "../../engine/system-fields.ts";
import type { Services } from "../services.ts";
import { isOperator, seesPersonal } from "./access.ts";
import { isOwn } from "./dataset-loads.ts";
import { type ApiRequest, type ApiResponse, type Caller, problem, Refused, type Route } from "./http.ts";
import { listAnswer, oneOf, pageOf } from "./list.ts";
import { runView } from "./run-view.ts";
import { startedAnswer } from "./sequence-runs.ts";

/** Kinds of runs that are about datasets, whose owners may see them. */
const OF_DATASETS: readonly Run["kind"][] = ["load", "profile", "index", "import"];

/** Starts a pull now. 409 with the run that is at work, if one is. */
export const startPullRun: Route = {
  name: "api-pulls-start",
  methods: ["POST"],
  route: "api/v1/pulls/{pull}/runs",
  access: ["operator"],
  async handle(request, services, caller) {
    const name = request.params["pull"] ?? "";
    const pull = services.app.pulls.find((known) => known.name === name);
    if (!pull) return problem(404, `There is no pull "${name}".`);
    return beginPull(pull, services, caller, { action: "start-pull", target: name });
  },
};

/** Whether a run works on what is the caller's own. */
async function isOwnWork(run: Run, { ports }: Services, caller: Caller): Promise<boolean> {
  if (OF_DATASETS.includes(run.kind)) return isOwn(run, caller);
  if (run.kind !== "job") return false;
  const model = (await readModel(ports.documents, run.name))?.item;
  // Ready-made ones are operators', whoever has the name of their owner.
  return model?.ready_made === undefined && model?.owner === caller.name;
}

/** One run, with its progress, and of a sequence its steps; a subscriber's own. */
export const readOneRun: Route = {
  name: "api-runs-read",
  methods: ["GET"],
  route: "api/v1/runs/{run}",
  access: ["operator", "auditor", "subscriber"],
  async handle(request, services, caller) {
    const run = await runOf(request, services);
    const own = await isOwnWork(run, services, caller);
    if (!own && !seesPersonal(caller) && !caller.roles.includes("auditor")) throw noSuchRun(run.run);
    if (run.kind === "sequence") {
      const personal = seesPersonal(caller);
      const json = await sequenceRunView(services.ports.documents, run, { personal });
      return { status: 200, json: withoutSystemFields(json) };
    }
    // Who loads a file knows what is in it.
    return { status: 200, json: own ? withoutSystemFields(viewOf(run)) : runView(run, caller) };
  },
};

/** Runs, the newest first; `?kind=`, `?name=`, `?status=`. */
export const listAllRuns: Route = {
  name: "api-runs-list",
  methods: ["GET"],
  route: "api/v1/runs",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const name = request.url.searchParams.get("name") ?? undefined;
    const kind = oneOf(request, "kind", RUN_KINDS);
    const status = oneOf(request, "status", RUN_STATUSES);
    const page = await listRuns(ports.documents, { kind, name, status, ...pageOf(request) });
    return listAnswer(request, page, (run) => runView(run, caller));
  },
};

/** Has a run end; what it did so far stays done; of a subscriber its own load. 409 when it has ended. */
export const cancelOneRun: Route = {
  name: "api-runs-cancel",
  methods: ["POST"],
  route: "api/v1/runs/{run}/cancel",
  access: ["operator", "subscriber"],
  async handle(request, services, caller) {
    const asked = await runOf(request, services);
    const { run, kind, status, endedAt } = asked;
    const may = ["load", "job"].includes(kind) && (await isOwnWork(asked, services, caller));
    if (!isOperator(caller) && !may) throw noSuchRun(run);
    const over = (how: string): ApiResponse => problem(409, `The run has ended already, as ${how}.`, { run });
    if (endedAt !== undefined) return over(status);
    const { ports } = services;
    await recordAction(ports, { actor: caller.name, action: "cancel", target: run });
    const cancel = kind === "sequence" ? cancelSequenceRun : cancelRun;
    if (await cancel(ports, run, caller.name)) return accepted(run);
    return over((await readRun(ports.documents, run))?.status ?? status);
  },
};

/** Starts again what a run did: the same request, as a run of its own. 409 while it has not ended. */
export const retryRun: Route = {
  name: "api-runs-retry",
  methods: ["POST"],
  route: "api/v1/runs/{run}/retry",
  access: ["operator"],
  async handle(request, services, caller) {
    const { run: id, kind, name, progress, endedAt, request: asked } = await runOf(request, services);
    if (endedAt === undefined) {
      return problem(409, "The run has not ended yet: wait for its end, or cancel it first.", { run: id });
    }
    const action = { action: "retry", target: id, details: { kind, name } } as const;
    if (kind === "pull") {
      const pull = services.app.pulls.find((known) => known.name === name);
      if (!pull) return problem(409, `There is no pull "${name}" any more.`, { run: id });
      return beginPull(pull, services, caller, action);
    }
    const { ports } = services;
    await recordAction(ports, { actor: caller.name, ...action });
    if (kind === "job") {
      const started = await runNow(ports, name, caller.name);
      if (started) return accepted(started);
      return problem(409, "Its model is gone, not complete, or has nothing to cover yet.", { run: id });
    }
    if (kind === "sequence") return retrySequence(id, name, services, caller);
    const work = { kind, name, request: asked, actor: caller.name, unit: progress.unit };
    return accepted(await startRun(ports, work));
  },
};

async function retrySequence(
  id: string,
  sequence: string,
  { ports, sequences }: Services,
  caller: Caller,
): Promise<ApiResponse> {
  const parameters = (await readSequenceRun(ports.documents, id))?.item.request.parameters ?? {};
  const started = await startSequence(sequences.work, { sequence, parameters, actor: caller.name });
  if (started.outcome !== "unknown") return startedAnswer(started, sequence);
  return problem(409, `There is no sequence "${sequence}" any more.`, { run: id });
}

async function beginPull(
  pull: PullDefinition,
  { ports, settings }: Services,
  caller: Caller,
  action: Omit<Parameters<typeof recordAction>[1], "actor">,
): Promise<ApiResponse> {
  const { name } = pull;
  const missing = settings.missing(pull.pages.settings);
  if (missing.length > 0) {
    return problem(503, `The pull "${name}" is not configured: missing ${missing.join(", ")}.`);
  }
  await recordAction(ports, { actor: caller.name, ...action });
  const { started, run } = await startPull(pull, ports, caller.name);
  if (started) return accepted(run);
  const headers = { location: `/api/v1/runs/${run}` };
  return problem(409, `The pull "${name}" is at work already.`, { run, headers });
}

async function runOf(request: ApiRequest, { ports }: Services): Promise<Run> {
  const id = request.params["run"] ?? "";
  const run = await readRun(ports.documents, id);
  if (!run) throw noSuchRun(id);
  return run;
}

function noSuchRun(id: string): Refused {
  return new Refused(problem(404, `There is no run "${id}".`));
}

function accepted(run: string): ApiResponse {
  return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
}

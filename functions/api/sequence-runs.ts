import { z } from "zod";
import { recordAction } from "../../engine/runs/operator-log.ts";
import { listRuns, RUN_STATUSES } from "../../engine/runs/run.ts";
import { type Restarted, restartRun } from "../../engine/sequences/runs/restart-run.ts";
import { readSequenceRun } from "../../engine/sequences/runs/sequence-run.ts";
import { startSequence } from "../../engine/sequences/runs/start-sequence.ts";
import { bodyOf } from "./body.ts";
import { type ApiResponse, problem, type Route } from "./http.ts";
import { listAnswer, oneOf, pageOf } from "./list.ts";
import { runView } from "./run-view.ts";
import { sequenceNamed } from "./sequences.ts";

const start = z.strictObject({
  parameters: z
    .record(z.string(), z.string({ error: "must be a text" }))
    .default({})
    .describe("By name; those that have a default may be left out."),
});

/** Starts a run of a sequence. 422 with issues where its parameters do not fit; what `concurrency` makes of it, the run says. */
export const startSequenceRun: Route = {
  name: "api-sequences-start",
  methods: ["POST"],
  route: "api/v1/sequences/{name}/runs",
  access: ["operator"],
  async handle(request, services, caller) {
    const sequence = request.params["name"] ?? "";
    const { parameters } = await bodyOf(request, start);
    if (!(await sequenceNamed(sequence, services))) return noSuchSequence(sequence);
    await recordAction(services.ports, { actor: caller.name, action: "start-sequence", target: sequence });
    const started = await startSequence(services.sequences.work, {
      sequence,
      parameters,
      actor: caller.name,
    });
    return startedAnswer(started, sequence);
  },
};

/** The runs of a sequence, the newest first; `?status=`. */
export const listSequenceRuns: Route = {
  name: "api-sequences-runs",
  methods: ["GET"],
  route: "api/v1/sequences/{name}/runs",
  access: ["operator", "auditor"],
  async handle(request, { ports }, caller) {
    const name = request.params["name"] ?? "";
    const status = oneOf(request, "status", RUN_STATUSES);
    const page = await listRuns(ports.documents, { kind: "sequence", name, status, ...pageOf(request) });
    return listAnswer(request, page, (run) => runView(run, caller));
  },
};

const restart = z.strictObject({
  from: z
    .union([z.int().min(0), z.string().min(1).max(64)])
    .optional()
    .describe("The index of a step, from 0, or its module; default: the first step that did not succeed."),
  plan: z
    .enum(["current", "as-run"])
    .default("current")
    .describe("The steps as the sequence has them now, or as the run had them."),
});

/**
 * Does a run of a sequence again from a step on, as a run of its own. 409 while it has not ended, and where the steps before
 * that are others by now; 422 where it cannot begin there.
 */
export const restartSequenceRun: Route = {
  name: "api-runs-restart",
  methods: ["POST"],
  route: "api/v1/runs/{run}/restart",
  access: ["operator"],
  async handle(request, services, caller) {
    const run = request.params["run"] ?? "";
    const asked = await bodyOf(request, restart);
    if (!(await readSequenceRun(services.ports.documents, run))) return noSuchRun(run);
    const actor = caller.name;
    const details = asked.from === undefined ? {} : { details: { from: asked.from } };
    await recordAction(services.ports, { actor, action: "restart", target: run, ...details });
    const restarted = await restartRun(services.sequences.work, run, { ...asked, actor });
    return restarted.outcome === "unknown" ? noSuchRun(run) : startedAnswer(restarted, run);
  },
};

/** What is answered to a start of a sequence, or to a restart of a run. */
export function startedAnswer(started: Restarted, target: string): ApiResponse {
  switch (started.outcome) {
    case "started": {
      const { run } = started;
      return { status: 202, headers: { location: `/api/v1/runs/${run}` }, json: { run } };
    }
    case "unknown":
      return noSuchSequence(target);
    case "invalid":
      return problem(422, "The run cannot start like this.", { issues: started.issues });
    case "full":
      return problem(409, `${started.waiting} runs of the sequence wait already: no more may.`);
    case "not-ended":
      return problem(409, "The run has not ended yet: wait for its end, or cancel it first.", {
        run: target,
      });
    case "changed":
      return problem(409, `The run cannot be restarted like this: ${started.reason}.`, { run: target });
  }
}

function noSuchRun(run: string): ApiResponse {
  return problem(404, `There is no run "${run}" of a sequence.`);
}

function noSuchSequence(name: string): ApiResponse {
  return problem(404, `There is no sequence "${name}".`);
}

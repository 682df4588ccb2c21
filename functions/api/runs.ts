import { startPull } from "../../engine/pulls/start.ts";
import { listRuns, readRun, type Run, runView } from "../../engine/runs/run.ts";
import { withoutSystemFields } from "./entities.ts";
import { problem, type Route } from "./http.ts";
import { listAnswer, oneOf, pageOf } from "./list.ts";

const STATUSES = ["queued", "running", "waiting", "succeeded", "failed", "mismatch", "cancelled"] as const;

const view = (run: Run): object => withoutSystemFields(runView(run));

/** Starts a pull now. 409 with the run that is at work, if one is. */
export const startPullRun: Route = {
  name: "api-pulls-start",
  methods: ["POST"],
  route: "api/v1/pulls/{pull}/runs",
  access: ["operator"],
  async handle(request, { app, ports, settings }) {
    const name = request.params["pull"] ?? "";
    const pull = app.pulls.find((known) => known.name === name);
    if (!pull) return problem(404, `There is no pull "${name}".`);
    const missing = settings.missing(pull.pages.settings);
    if (missing.length > 0) {
      return problem(503, `The pull "${name}" is not configured: missing ${missing.join(", ")}.`);
    }
    const { started, run } = await startPull(pull, ports);
    const headers = { location: `/api/v1/runs/${run}` };
    if (!started) return problem(409, `The pull "${name}" is at work already.`, { run, headers });
    return { status: 202, headers, json: { run } };
  },
};

/** One run, with its progress. */
export const readOneRun: Route = {
  name: "api-runs-read",
  methods: ["GET"],
  route: "api/v1/runs/{run}",
  access: ["operator", "auditor"],
  async handle(request, { ports }) {
    const id = request.params["run"] ?? "";
    const run = await readRun(ports.documents, id);
    return run ? { status: 200, json: view(run) } : problem(404, `There is no run "${id}".`);
  },
};

/** Runs, the newest first; `?name=`, `?status=`. */
export const listAllRuns: Route = {
  name: "api-runs-list",
  methods: ["GET"],
  route: "api/v1/runs",
  access: ["operator", "auditor"],
  async handle(request, { ports }) {
    const name = request.url.searchParams.get("name") ?? undefined;
    const filter = { name, status: oneOf(request, "status", STATUSES) };
    const page = await listRuns(ports.documents, { ...filter, ...pageOf(request) });
    return listAnswer(request, page, view);
  },
};

import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { signJobToken } from "../engine/access/job-token.ts";
import { InvalidSettingError } from "../engine/errors/invalid-setting-error.ts";
import { MissingSettingError } from "../engine/errors/missing-setting-error.ts";
import { PermanentError } from "../engine/errors/permanent-error.ts";
import { openJobRunner } from "../engine/jobs/local-runner.ts";
import type { JobRunner } from "../engine/jobs/runner.ts";
import type { BusinessModel } from "../engine/models/model.ts";
import { quotaOf, SIZE_QUOTA, TIME_QUOTA } from "../engine/models/quota.ts";
import { ensureTables } from "../engine/models/ready-made/make-tables.ts";
import { openModelDatabase } from "../engine/models/ready-made/open-database.ts";
import { JOB_LIMITS } from "../engine/models/schedule/job-of.ts";
import type { JobWork } from "../engine/models/schedule/job-work.ts";
import { runJob } from "../engine/models/schedule/run-job.ts";
import { passwordOf } from "../engine/models/users.ts";
import { endRun } from "../engine/runs/run.ts";
import type { RunMessage } from "../engine/runs/start.ts";
import { keyOf, SECRETS_KEY } from "../engine/secrets/seal.ts";
import { turns } from "../engine/turns.ts";
import { API_URL } from "./api-url.ts";
import type { Services } from "./services.ts";

/** Jobs at work on this host, and what ends them. */
interface AtWork {
  readonly shutdown: AbortController;
  readonly runs: Set<Promise<void>>;
}

const atWork = new WeakMap<Services["models"], AtWork>();

function atWorkOn({ models }: Pick<Services, "models">): AtWork {
  const known = atWork.get(models) ?? { shutdown: new AbortController(), runs: new Set() };
  atWork.set(models, known);
  return known;
}

/** Jobs at work at a time, each of which may have 512 MiB. A message that waits for its turn has not begun its run. */
const jobTurns = turns(Math.max(4, 2 * availableParallelism()));

/** Runs the job that a message is about, in its turn. */
export async function workOnJob(services: Services, message: RunMessage): Promise<void> {
  const { shutdown, runs } = atWorkOn(services);
  const run = jobTurns(() => runOrEnd(services, message, shutdown.signal)).finally(() => runs.delete(run));
  runs.add(run);
  await run;
}

/** Runs a job; where the app's settings do not let it, its run ends, since to try again would be the same. */
async function runOrEnd(services: Services, message: RunMessage, shutdown: AbortSignal): Promise<void> {
  try {
    await runJob(jobWorkOf(services), message, shutdown);
  } catch (error) {
    if (!(error instanceof InvalidSettingError || error instanceof MissingSettingError)) throw error;
    const { ports, log } = services;
    log("error", "a job could not run", { run: message.run, error: error.message });
    const endedAt = new Date(ports.clock.now()).toISOString();
    await endRun(ports.documents, message.run, { status: "failed", error: error.message, endedAt });
  }
}

/** Ends the jobs of this host, and waits until what became of them is recorded. */
export async function endJobs(services: Pick<Services, "models">): Promise<void> {
  const { shutdown, runs } = atWorkOn(services);
  shutdown.abort(new Error("the host shuts down"));
  await Promise.allSettled(runs);
}

/** What the schedule and the jobs of this host work with. */
export function jobWorkOf(services: Services): JobWork {
  const { app, ports, settings, models: server } = services;
  return {
    ports,
    server,
    settings,
    runner: modelRunnerOf(services),
    quota: { setting: SIZE_QUOTA.name, bytes: quotaOf(settings, SIZE_QUOTA) * 1024 ** 3 },
    readyMade: {
      makeTables: (model) => ensureTables({ ports, server, settings }, model),
      open: (model) => openModelDatabase(settings, model, jobUserOf(services, model)),
      // What the app does not know (any more) may be personal, all of it.
      personalOf: (entity) => app.documents.get(entity)?.personal ?? [[]],
    },
    limits: { ...JOB_LIMITS, timeMs: quotaOf(settings, TIME_QUOTA) * 60_000 },
    access: {
      apiUrl: () => settings.value(API_URL),
      token: ({ model, run, until }) =>
        signJobToken(keyOf(SECRETS_KEY, settings.value(SECRETS_KEY)), { model, run, until }),
      databaseUrl(model) {
        const { name, password } = jobUserOf(services, model);
        return server.addressOf(model, name, password);
      },
    },
  };
}

function jobUserOf(
  { settings }: Pick<Services, "settings">,
  { users }: BusinessModel,
): { readonly name: string; readonly password: string } {
  const user = users?.job;
  const password = user && passwordOf(settings, user);
  if (!user || password === undefined) {
    throw new PermanentError(
      "the password of the job's user cannot be opened: rotate it (POST …/credentials)",
    );
  }
  return { name: user.name, password };
}

/** What a job in Node imports to speak to its database, built beside the app. */
const MYSQL = "mysql.mjs";

/** What runs programs apart from the app; where they do not run, each is refused. */
export function runnerOf({ jobs, log }: Pick<Services, "jobs" | "log">): JobRunner {
  if ("mode" in jobs) return openJobRunner({ mode: jobs.mode, log });
  return { run: () => Promise.reject(new PermanentError(jobs.refused)) };
}

/** The same for the jobs of models: those in Node get what they speak to their database with. */
function modelRunnerOf(services: Pick<Services, "jobs" | "log">): JobRunner {
  const runner = runnerOf(services);
  return {
    async run(job, signal, hear) {
      if (job.command[0] !== "node" || "refused" in services.jobs) return runner.run(job, signal, hear);
      const here = path.dirname(fileURLToPath(import.meta.url));
      const files = new Map([...job.files, [MYSQL, await readFile(path.join(here, MYSQL))]]);
      return runner.run({ ...job, files }, signal, hear);
    },
  };
}

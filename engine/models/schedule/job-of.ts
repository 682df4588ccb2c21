import { PermanentError } from "../../errors/permanent-error.ts";
import type { Job, JobLimits } from "../../jobs/runner.ts";
import type { Blobs } from "../../ports.ts";
import { KnownSecrets } from "../../settings/known-secrets.ts";
import { createRedactor, type Redact } from "../../settings/redact.ts";
import { commandOf } from "../command.ts";
import type { BusinessModel } from "../model.ts";
import type { Window } from "./state.ts";

/** What a job may use unless it is said otherwise: ten minutes, 512 MiB of memory, 64 MiB of output. */
export const JOB_LIMITS: JobLimits = {
  timeMs: 10 * 60_000,
  memoryBytes: 512 * 1024 * 1024,
  outputBytes: 64 * 1024 * 1024,
};

/** Where a job finds what it reads and what it fills. */
export interface JobAccess {
  /** The address of Caudal's API: `https://host`. */
  apiUrl(): string;
  /** A token that reads entities, for one run, until then: milliseconds since 1970. */
  token(about: { readonly model: string; readonly run: string; readonly until: number }): string;
  /** The address of the model's database, as its job's user. Throws where the model has none. */
  databaseUrl(model: BusinessModel): string;
}

/** A run of a model's job. */
export interface JobRun {
  readonly run: string;
  readonly window: Window;
  readonly limits: JobLimits;
  /** When it begins: milliseconds since 1970. */
  readonly now: number;
}

/**
 * What is to be run for a model, and what takes the secrets that it is given out of whatever it says. Throws a
 * PermanentError where it cannot be run, with what to do; rejects when the blobs fail.
 */
export async function jobOf(
  model: BusinessModel,
  { run, window, limits, now }: JobRun,
  access: JobAccess,
  blobs: Pick<Blobs, "get">,
): Promise<{ readonly job: Job; readonly redact: Redact }> {
  const { job: source, job_execution_command: text } = model;
  if (!source || text === null) throw new PermanentError("the model has no job or no job_execution_command");
  const command = commandOf(text, source.fileName);
  if ("fault" in command) throw new PermanentError(`job_execution_command ${command.fault}`);
  const bytes = await blobs.get(source.blob);
  if (!bytes) throw new PermanentError("the job's file is gone: upload it again");
  const { token, url, api } = accessOf(model, run, now + limits.timeMs, access);
  const secrets = new KnownSecrets();
  secrets.declare(token);
  secrets.declare(url);
  const job: Job = {
    account: model.model,
    command: [command.program, ...command.args, "--from", window.from, "--to", window.to],
    files: new Map([[source.fileName, bytes]]),
    env: {
      CAUDAL_API_URL: api,
      CAUDAL_TOKEN: token,
      DATABASE_URL: url,
      // Else what it printed before it was ended would be in its own buffer still.
      ...(command.program === "python3" ? { PYTHONUNBUFFERED: "1" } : {}),
    },
    limits,
  };
  return { job, redact: createRedactor(secrets) };
}

/** Settings that are missing, or a password that cannot be opened, are the run's failure: the same again would not help. */
function accessOf(
  model: BusinessModel,
  run: string,
  until: number,
  access: JobAccess,
): { readonly api: string; readonly token: string; readonly url: string } {
  try {
    return {
      api: access.apiUrl(),
      token: access.token({ model: model.model, run, until }),
      url: access.databaseUrl(model),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new PermanentError(`the job cannot be given its access: ${reason}`, { cause: error });
  }
}

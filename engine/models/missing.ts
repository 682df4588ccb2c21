import type { BusinessModel } from "./model.ts";
import { commandOf } from "./command.ts";

/** What a model still needs to run, in the words of its API. */
export interface Missing {
  readonly field: "job_frequency" | "job_execution_command" | "model" | "job" | "active";
  readonly message: string;
}

/** All that a model still needs before its job runs; nothing where it runs. */
export function missingOf(model: BusinessModel): readonly Missing[] {
  const { model: id, job_frequency, job_execution_command, sql, job, active } = model;
  const missing: Missing[] = [];
  if (job_frequency === null) {
    missing.push({ field: "job_frequency", message: "how often the job runs, in minutes: PATCH it" });
  }
  if (job_execution_command === null) {
    missing.push({
      field: "job_execution_command",
      message: 'what runs the job, such as "python3": PATCH it',
    });
  }
  if (!sql) {
    missing.push({ field: "model", message: `the .sql of its tables: PATCH /api/v1/upload/model/${id}` });
  }
  if (!job)
    missing.push({ field: "job", message: `the job that fills them: PATCH /api/v1/upload/job/${id}` });
  if (job && job_execution_command !== null) {
    const command = commandOf(job_execution_command, job.fileName);
    if ("fault" in command) missing.push({ field: "job_execution_command", message: command.fault });
  }
  if (!active) missing.push({ field: "active", message: "it is switched off: PATCH it to true" });
  return missing;
}

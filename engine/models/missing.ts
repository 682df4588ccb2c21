import type { BusinessModel } from "./model.ts";
import { commandOf } from "./command.ts";

/** What a model still needs to run, in the words of its API. */
export interface Missing {
  readonly field: "job_frequency" | "job_execution_command" | "model" | "job" | "active";
  readonly message: string;
}

/** All that a model still needs before its job runs; nothing where it runs. A ready-made one has tables and job of ours. */
export function missingOf(model: BusinessModel): readonly Missing[] {
  const { model: id, ready_made, job_frequency, job_execution_command, sql, job, active } = model;
  const isOwn = ready_made === undefined;
  const missing: Missing[] = [];
  if (job_frequency === null) {
    missing.push({ field: "job_frequency", message: "how often the job runs, in minutes: PATCH it" });
  }
  if (isOwn && job_execution_command === null) {
    missing.push({
      field: "job_execution_command",
      message: 'what runs the job, such as "python3": PATCH it',
    });
  }
  if (isOwn && !sql) {
    missing.push({ field: "model", message: `the .sql of its tables: PATCH /api/v1/upload/model/${id}` });
  }
  if (isOwn && !job)
    missing.push({ field: "job", message: `the job that fills them: PATCH /api/v1/upload/job/${id}` });
  if (job && job_execution_command !== null) {
    const command = commandOf(job_execution_command, job.fileName);
    if ("fault" in command) missing.push({ field: "job_execution_command", message: command.fault });
  }
  if (!active) missing.push({ field: "active", message: "it is switched off: PATCH it to true" });
  return missing;
}

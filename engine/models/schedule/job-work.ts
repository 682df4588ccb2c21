import type { JobLimits, JobRunner } from "../../jobs/runner.ts";
import type { Settings } from "../../settings/settings.ts";
import type { ReadyMadeWork } from "../ready-made/work.ts";
import type { JobAccess } from "./job-of.ts";
import type { Scheduling } from "./scheduling.ts";

/** What running jobs takes. */
export interface JobWork extends Scheduling {
  readonly runner: JobRunner;
  readonly access: JobAccess;
  readonly settings: Pick<Settings, "redact">;
  /** What fills ready-made models; where it is left out, runs of these fail. */
  readonly readyMade?: ReadyMadeWork;
  /** Default: ten minutes, 512 MiB of memory, 64 MiB of output. */
  readonly limits?: JobLimits;
}

import type { JobLimits, JobRunner } from "../../jobs/runner.ts";
import type { BlobContainers, Blobs } from "../../ports.ts";
import type { Redact } from "../../settings/redact.ts";
import type { SequenceBook } from "../book.ts";
import type { Web } from "../web.ts";

/** What steps are done with. */
export interface StepWork {
  readonly book: SequenceBook;
  /** Runs modules that are commands. */
  readonly jobs: JobRunner;
  readonly blobs: Blobs;
  readonly containers: BlobContainers;
  readonly web: Web;
  readonly redact: Redact;
  /** Names the code of the app: modules in TypeScript of another build may write something else. */
  readonly build: string;
  /** Where the files of steps at work are; default: `caudal-steps` of the temporary folder. */
  readonly folder?: string;
  /** What a command may use beside its step's `timeout`: default 512 MiB of memory, 64 MiB of output. */
  readonly limits?: Omit<JobLimits, "timeMs">;
}

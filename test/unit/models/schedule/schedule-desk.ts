import type { Job, JobEnd } from "../../../../engine/jobs/runner.ts";
import type { BusinessModel } from "../../../../engine/models/model.ts";
import { type Execution, readExecution } from "../../../../engine/models/schedule/execution.ts";
import type { JobWork } from "../../../../engine/models/schedule/job-work.ts";
import { runJob } from "../../../../engine/models/schedule/run-job.ts";
import type { ModelMeta } from "../../../../engine/models/database/meta.ts";
import {
  changeState,
  findState,
  type ModelState,
  type StateChange,
} from "../../../../engine/models/schedule/state.ts";
import { tickModels } from "../../../../engine/models/schedule/tick.ts";
import type { Log } from "../../../../engine/ports.ts";
import { readRun, type Run } from "../../../../engine/runs/run.ts";
import type { RunMessage } from "../../../../engine/runs/start.ts";
import { completeModel, modelPorts } from "./model-ports.ts";

/** A job that ended well. */
export const WELL: JobEnd = { how: "exited", exitCode: 0, output: "done", durationMs: 5 };
/** A job that did not. */
export const BADLY: JobEnd = { how: "exited", exitCode: 3, output: "no such table", durationMs: 5 };

/** The passwords that a job is given. */
export const TOKEN = "cdj_0123456789abcdef";
export const PASSWORD = "pass-word-of-the-job";

/** One model, what feeds it, and what came of it. */
export class ScheduleDesk {
  readonly ports = modelPorts();
  readonly metas: ModelMeta[] = [];
  readonly jobs: Job[] = [];
  readonly logged: string[] = [];
  model: BusinessModel;
  /** Bytes of the model's database. */
  bytes = 10;
  /** What the job does; may take its time, and heed the signal. */
  job: (job: Job, signal: AbortSignal) => JobEnd | Promise<JobEnd> = () => WELL;
  readonly work: JobWork;

  constructor(more: Partial<BusinessModel> = {}) {
    this.model = completeModel(this.ports.time - 60_000, more);
    const log: Log = (_level, message) => void this.logged.push(message);
    Object.assign(this.ports, { log });
    this.work = {
      ports: this.ports,
      server: {
        writeMeta: async (_place, meta) => void this.metas.push(meta),
        sizes: async ([name = ""]) => new Map([[name, this.bytes]]),
        rowCount: async () => 7,
      },
      quota: { setting: "CAUDAL_MODEL_BYTES", bytes: 1_000 },
      runner: {
        run: async (job, signal) => {
          this.jobs.push(job);
          return this.job(job, signal);
        },
      },
      access: {
        apiUrl: () => "http://localhost",
        token: () => TOKEN,
        databaseUrl: ({ database }) => `mysql://job:${PASSWORD}@localhost:3306/${database}`,
      },
      settings: { redact: (value) => value },
    };
  }

  /** A desk whose model and job are in the store. */
  static async open(more: Partial<BusinessModel> = {}): Promise<ScheduleDesk> {
    const desk = new ScheduleDesk(more);
    await desk.put({});
    await desk.ports.blobs.put(desk.model.job?.blob ?? "job", Buffer.from("// a job"));
    return desk;
  }

  /** Changes the model. */
  async put(change: Partial<BusinessModel>): Promise<void> {
    this.model = { ...this.model, ...change };
    await this.ports.documents.write("control", this.model.id, [{ op: "upsert", item: this.model }]);
  }

  /** Lets time pass, and the timer tick. */
  async tick(laterMs = 0): Promise<void> {
    this.ports.time += laterMs;
    await tickModels(this.work);
  }

  /** The message that was sent last. */
  message(): RunMessage {
    const body = this.ports.sent("runs").at(-1)?.body;
    if (!body) throw new Error("nothing was sent");
    return body as RunMessage;
  }

  /** Has a host work on a message. */
  async run(message: RunMessage = this.message(), shutdown?: AbortSignal): Promise<void> {
    await runJob(this.work, message, shutdown ?? new AbortController().signal);
  }

  async state(): Promise<ModelState> {
    const held = await findState(this.ports.documents, this.model.model);
    if (!held) throw new Error("the model has no state");
    return held.state;
  }

  async change(change: StateChange): Promise<void> {
    await changeState(this.ports.documents, this.model.model, () => change);
  }

  record(run: string): Promise<Run | undefined> {
    return readRun(this.ports.documents, run);
  }

  execution(run: string): Promise<Execution | undefined> {
    return readExecution(this.ports.documents, run);
  }

  /** A time so many milliseconds from now. */
  at(ms = 0): string {
    return new Date(this.ports.time + ms).toISOString();
  }
}

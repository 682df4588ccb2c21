import { UnavailableError } from "../../../../engine/errors/unavailable-error.ts";
import type { Job, JobEnd, JobRunner } from "../../../../engine/jobs/runner.ts";
import { TICK_MS } from "../../../../engine/models/schedule/heartbeat.ts";
import type { JobWork } from "../../../../engine/models/schedule/job-work.ts";
import { runJob } from "../../../../engine/models/schedule/run-job.ts";
import { tickModels } from "../../../../engine/models/schedule/tick.ts";
import type { Ports } from "../../../../engine/ports.ts";
import type { RunMessage } from "../../../../engine/runs/start.ts";
import type { RanJob, SimulatedCloud } from "./simulated-cloud.ts";

/** A host that ticks and works, until it is killed: then nothing that it began ever comes to an end. */
export class SimulatedHost {
  /** Until then nothing that it asks for is answered. */
  cutUntil = 0;
  readonly #cloud: SimulatedCloud;
  readonly #timer: NodeJS.Timeout;
  readonly #work: JobWork;
  readonly #shutdown = new AbortController();
  #alive = true;
  #ticking = false;

  constructor(cloud: SimulatedCloud) {
    this.#cloud = cloud;
    this.#work = this.#workOf(cloud);
    this.#timer = setInterval(() => void this.#tick(), TICK_MS - cloud.random() * 1_000);
  }

  reaches(): boolean {
    return this.#alive && Date.now() >= this.cutUntil;
  }

  /** Begins nothing any more, ends its jobs, and is gone after half a minute. */
  stop(): void {
    clearInterval(this.#timer);
    this.#shutdown.abort();
    setTimeout(() => this.kill(), 30_000);
  }

  kill(): void {
    this.#alive = false;
    clearInterval(this.#timer);
    // Its jobs end with it.
    for (const [model, host] of this.#cloud.atWork) if (host === this) this.#cloud.atWork.delete(model);
  }

  work(message: RunMessage): Promise<void> {
    return this.#ifAlive(runJob(this.#work, message, this.#shutdown.signal));
  }

  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      await tickModels(this.#work);
    } catch {
      // The models could not be listed: the next tick does.
    } finally {
      this.#ticking = false;
    }
  }

  /** A call over the network: it may be slow, and fail before or after it took effect. */
  async #call<T>(effect: () => Promise<T>): Promise<T> {
    const { mood } = this.#cloud;
    await this.#ifAlive(this.#delay());
    if (this.#cloud.chance(mood.fault)) throw new UnavailableError("it did not happen");
    const result = await effect();
    await this.#ifAlive(this.#delay());
    if (this.#cloud.chance(mood.fault)) throw new UnavailableError("it happened all the same");
    return result;
  }

  async #delay(): Promise<void> {
    if (this.#cloud.chance(this.#cloud.mood.slow)) await waited(this.#cloud.random() * 3_000);
    while (!this.reaches() && this.#alive) await waited(this.cutUntil - Date.now());
  }

  async #ifAlive<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } finally {
      if (!this.#alive) await new Promise<never>(() => {});
    }
  }

  readonly #runner: JobRunner = {
    run: (job, signal) => this.#ifAlive(this.#run(job, signal)),
  };

  async #run({ account: model, command }: Job, signal: AbortSignal): Promise<JobEnd> {
    const cloud = this.#cloud;
    const [from = "", to = ""] = [command.at(-3), command.at(-1)];
    const ran: RanJob = { model, from, to, succeeded: false };
    cloud.ran.push(ran);
    if (cloud.atWork.has(model))
      cloud.overlaps.push(`${model} from ${from} at ${new Date(Date.now()).toISOString()}`);
    cloud.atWork.set(model, this);
    const began = Date.now();
    const takes = Math.floor(cloud.random() * (cloud.chance(cloud.mood.long) ? 200_000 : 20_000));
    await Promise.race([waited(takes), aborted(signal)]);
    // One that is told to end takes its time.
    if (signal.aborted) await waited(Math.floor(cloud.random() * 2_000));
    if (this.#alive && cloud.atWork.get(model) === this) cloud.atWork.delete(model);
    const durationMs = Date.now() - began;
    if (signal.aborted) return { how: "cancelled", exitCode: null, output: "", durationMs };
    ran.succeeded = !cloud.chance(cloud.mood.failure);
    return { how: "exited", exitCode: ran.succeeded ? 0 : 1, output: "", durationMs };
  }

  #workOf(cloud: SimulatedCloud): JobWork {
    const { documents, blobs } = cloud.memory;
    const ports: Ports = {
      ...cloud.memory,
      documents: {
        read: (...asked) => this.#call(() => documents.read(...asked)),
        write: (...asked) => this.#call(() => documents.write(...asked)),
        query: (...asked) => this.#call(() => documents.query(...asked)),
      },
      queue: () => ({ send: (messages) => this.#call(() => cloud.send(messages)) }),
      blobs: { ...blobs, get: (name) => this.#call(() => blobs.get(name)) },
      clock: { now: () => Date.now() },
      log: () => {},
    };
    return {
      ports,
      server: {
        writeMeta: () => this.#call(async () => {}),
        sizes: () => this.#call(async () => new Map<string, number>()),
        rowCount: () => this.#call(async () => 7),
      },
      quota: { setting: "BYTES", bytes: 1_000 },
      runner: this.#runner,
      access: {
        apiUrl: () => "http://localhost",
        token: ({ run }) => `token-${run}`,
        databaseUrl: ({ database }) => `mysql://job:password@localhost/${database}`,
      },
      settings: { redact: (value) => value },
    };
  }
}

function waited(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(0, ms));
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

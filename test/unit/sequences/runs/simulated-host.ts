import { createHash } from "node:crypto";
import { UnavailableError } from "../../../../engine/errors/unavailable-error.ts";
import type { Ports } from "../../../../engine/ports.ts";
import type { SequenceWork } from "../../../../engine/sequences/runs/sequence-work.ts";
import type { StepMessage } from "../../../../engine/sequences/runs/step-message.ts";
import { TICK_MS, tickSequences } from "../../../../engine/sequences/runs/tick.ts";
import { workOnStep } from "../../../../engine/sequences/runs/work-on-step.ts";
import type { StepEnd, StepOrder, StepRunner } from "../../../../engine/sequences/step.ts";
import type { SimulatedCloud } from "./simulated-cloud.ts";

/** What a step writes that is not asked to fail: it follows from what it reads. */
export function contentOf({ step: { module_name, conf, input }, artifacts }: StepOrder): string {
  const read = artifacts.get(input)?.sha256 ?? input;
  return createHash("sha256")
    .update(JSON.stringify([module_name, conf, read]))
    .digest("hex");
}

/** A host that ticks and works, until it is killed: then nothing that it began ever comes to an end. */
export class SimulatedHost {
  /** Until then nothing that it asks for is answered. */
  cutUntil = 0;
  readonly #cloud: SimulatedCloud;
  readonly #timer: NodeJS.Timeout;
  readonly #work: SequenceWork;
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

  /** Begins nothing any more, ends its steps, and is gone after half a minute. */
  stop(): void {
    clearInterval(this.#timer);
    this.#shutdown.abort();
    setTimeout(() => this.kill(), 30_000);
    this.#cloud.replace(this);
  }

  kill(): void {
    this.#alive = false;
    clearInterval(this.#timer);
    this.#cloud.replace(this);
  }

  work(message: StepMessage): Promise<void> {
    return this.#ifAlive(workOnStep(this.#work, message, this.#shutdown.signal));
  }

  /** Does something as a request of somebody; undefined where that failed, never where the host died. */
  async does<T>(what: (work: SequenceWork) => Promise<T>): Promise<T | undefined> {
    return this.#ifAlive(what(this.#work).catch(() => undefined));
  }

  async #tick(): Promise<void> {
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      await this.#ifAlive(tickSequences(this.#work));
    } finally {
      this.#ticking = false;
    }
  }

  /** A call over the network: it may be slow, fail before or after it took effect, or be the last of its host. */
  async #call<T>(effect: () => Promise<T>): Promise<T> {
    const cloud = this.#cloud;
    const deadly = cloud.deadly.get((cloud.calls += 1));
    if (deadly === "before") this.kill();
    await this.#ifAlive(this.#delay());
    if (cloud.chance(cloud.mood.fault)) throw new UnavailableError("it did not happen");
    const result = await effect();
    if (deadly === "after") this.kill();
    await this.#ifAlive(this.#delay());
    if (cloud.chance(cloud.mood.fault)) throw new UnavailableError("it happened all the same");
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

  readonly #runner: StepRunner = {
    run: (order, signal, hear) => this.#ifAlive(this.#run(order, signal, hear)),
    keyOf: async (order) => (order.step.output === "" ? undefined : contentOf(order)),
  };

  async #run(order: StepOrder, signal: AbortSignal, hear: (log: string) => void): Promise<StepEnd> {
    const cloud = this.#cloud;
    const { run, index, attempt, step } = order;
    cloud.done.push({ run, index });
    const began = Date.now();
    const takes = cloud.random() * (cloud.chance(cloud.mood.long) ? 200_000 : 10_000);
    hear("begun\n");
    await Promise.race([this.#call(() => waited(takes)), aborted(signal)]);
    hear("begun\ndone\n");
    // One that is told to end takes its time.
    if (signal.aborted) await waited(cloud.random() * 2_000);
    const durationMs = Date.now() - began;
    const end = { command: [step.module_name], exitCode: 0, log: "begun\ndone\n", durationMs } as const;
    if (signal.aborted) return { ...end, status: "cancelled", retryable: true, exitCode: null };
    if (step.args.includes("fail") || cloud.chance(cloud.mood.failure)) {
      const reason = "it ended with exit code 1";
      return { ...end, status: "failed", retryable: !step.args.includes("fail"), exitCode: 1, reason };
    }
    if (step.output === "") return { ...end, status: "succeeded", retryable: false };
    const blob = `sequences/${run}/${String(index)}-${String(attempt)}`;
    const artifact = { path: step.output, blob, sha256: contentOf(order), bytes: 64 };
    return { ...end, status: "succeeded", retryable: false, artifact };
  }

  #workOf(cloud: SimulatedCloud): SequenceWork {
    const { documents } = cloud;
    const ports: Ports = {
      ...cloud.memory,
      documents: {
        read: (...asked) => this.#call(() => documents.read(...asked)),
        write: (...asked) => this.#call(() => documents.write(...asked)),
        query: (...asked) => this.#call(() => documents.query(...asked)),
      },
      queue: () => ({ send: (messages) => this.#call(() => cloud.send(messages)) }),
      clock: { now: () => Date.now() },
      log: () => {},
    };
    return {
      ports,
      book: cloud.book,
      runner: this.#runner,
      containers: () => ({ list: async function* () {} }),
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

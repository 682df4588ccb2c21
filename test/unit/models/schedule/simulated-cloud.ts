import { vi } from "vitest";
import type { BusinessModel } from "../../../../engine/models/model.ts";
import type { Execution } from "../../../../engine/models/schedule/execution.ts";
import type { ModelState } from "../../../../engine/models/schedule/state.ts";
import type { Documents, OutgoingMessage, Ports } from "../../../../engine/ports.ts";
import { cancelRun } from "../../../../engine/runs/cancel.ts";
import type { Run } from "../../../../engine/runs/run.ts";
import type { RunMessage } from "../../../../engine/runs/start.ts";
import { completeModel, modelPorts } from "./model-ports.ts";
import { SimulatedHost } from "./simulated-host.ts";
import { SimulatedTime } from "./simulated-time.ts";

/** How unkind the world is; each a probability. */
export interface Mood {
  /** That a call of a port is refused before it has an effect, and that it is after it had one. */
  readonly fault: number;
  /** That a call takes up to three seconds. */
  readonly slow: number;
  /** That a job fails, and that it takes up to 200 seconds instead of 20: longer than a lease. */
  readonly failure: number;
  readonly long: number;
  /** That a host is killed, or cut off from everything for a while, in a second. */
  readonly kill: number;
  readonly cut: number;
  /** That a host is stopped in a second, and has half a minute to end what it does; that a run is cancelled. */
  readonly stop: number;
  readonly cancel: number;
  /** That a message is there twice, the other one late; that one at work is given to another host as well. */
  readonly twice: number;
  readonly elsewhere: number;
}

/** When all goes well. */
export const CALM: Mood = {
  fault: 0,
  slow: 0,
  failure: 0,
  long: 0,
  kill: 0,
  cut: 0,
  stop: 0,
  cancel: 0,
  twice: 0,
  elsewhere: 0,
};
/** When nothing does. */
export const STORM: Mood = {
  fault: 0.02,
  slow: 0.05,
  failure: 0.15,
  long: 0.1,
  kill: 0.02,
  cut: 0.02,
  stop: 0.005,
  cancel: 0.05,
  twice: 0.1,
  elsewhere: 0.003,
};

interface Waiting {
  readonly message: OutgoingMessage;
  readonly visibleAt: number;
  /** The host that works on it, and until when nobody else gets it. */
  host?: SimulatedHost;
  lockedUntil: number;
}

/** A job that ran, as the one who ran it saw it. */
export interface RanJob {
  readonly model: string;
  readonly from: string;
  readonly to: string;
  succeeded: boolean;
}

/** How long a message is kept from others after its host went silent. */
const LOCK_MS = 60_000;

/** A store, a queue with sessions and some hosts, on simulated time and from a seed: the same seed, the same story. */
export class SimulatedCloud {
  readonly time = new SimulatedTime(Date.UTC(2026, 0, 5));
  readonly memory = modelPorts();
  readonly models: readonly BusinessModel[];
  readonly ran: RanJob[] = [];
  /** Where two jobs of one model were at work at once. */
  readonly overlaps: string[] = [];
  readonly atWork = new Map<string, SimulatedHost>();
  mood: Mood = CALM;
  hosts: SimulatedHost[] = [];
  kills = 0;
  #queue: Waiting[] = [];
  readonly #known = new Set<string>();
  #seed: number;

  constructor(seed: number, { models, hosts }: { readonly models: number; readonly hosts: number }) {
    this.#seed = seed;
    this.time.install();
    vi.spyOn(Math, "random").mockImplementation(() => this.random());
    this.models = Array.from({ length: models }, () => completeModel(Date.now()));
    this.hosts = Array.from({ length: hosts }, () => new SimulatedHost(this));
    setInterval(() => this.#second(), 1_000);
    setInterval(() => this.#deliver(), 250);
  }

  /** Puts the models and their jobs where they belong. */
  async prepare(): Promise<void> {
    for (const model of this.models) {
      await this.memory.documents.write("control", model.id, [{ op: "create", item: model }]);
      await this.memory.blobs.put(model.job?.blob ?? "", Buffer.from("// a job"));
    }
  }

  /** From 0 up to, not including, 1 (mulberry32). */
  random(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return probability > 0 && this.random() < probability;
  }

  get documents(): Documents {
    return this.memory.documents;
  }

  /** Takes messages into the queue; one that has the id of another is swallowed. */
  readonly send: ReturnType<Ports["queue"]>["send"] = async (messages) => {
    for (const message of messages) {
      if (this.#known.has(message.messageId)) continue;
      this.#known.add(message.messageId);
      this.#queue.push({ message, visibleAt: Date.now(), lockedUntil: 0 });
      if (!this.chance(this.mood.twice)) continue;
      this.#queue.push({ message, visibleAt: Date.now() + this.random() * 120_000, lockedUntil: 0 });
    }
  };

  states(): readonly ModelState[] {
    return this.memory.items("control").filter((item) => item.id.startsWith("model-state|")) as ModelState[];
  }

  runs(): readonly Run[] {
    return this.memory.items("operations").filter(({ id }) => id === "run") as unknown as Run[];
  }

  executions(): readonly Execution[] {
    return this.memory.items("operations").filter(({ id }) => id === "execution") as Execution[];
  }

  #second(): void {
    for (const host of this.hosts) {
      if (this.chance(this.mood.cut)) host.cutUntil = Date.now() + this.random() * 300_000;
      if (this.chance(this.mood.kill)) this.#replace(host, () => host.kill());
      else if (this.chance(this.mood.stop)) this.#replace(host, () => host.stop());
    }
    if (!this.chance(this.mood.cancel)) return;
    const running = this.states().flatMap(({ run }) => run ?? []);
    const run = running[Math.floor(this.random() * running.length)];
    if (run !== undefined) {
      void cancelRun({ documents: this.documents, clock: { now: () => Date.now() } }, run, "eva");
    }
  }

  #replace(host: SimulatedHost, end: () => void): void {
    end();
    this.kills += 1;
    this.hosts = this.hosts.map((each) => (each === host ? new SimulatedHost(this) : each));
  }

  #deliver(): void {
    const now = Date.now();
    const busy = new Set<string>();
    for (const waiting of this.#queue.slice()) {
      const { host, message } = waiting;
      // A host renews its locks while it lives and reaches the broker.
      if (host?.reaches()) waiting.lockedUntil = now + LOCK_MS;
      const locked = waiting.lockedUntil > now;
      const { sessionId } = message;
      if (locked || busy.has(sessionId)) {
        busy.add(sessionId);
        if (!locked || !this.chance(this.mood.elsewhere)) continue;
      } else if (waiting.visibleAt > now) continue;
      const reachable = this.hosts.filter((each) => each.reaches());
      const taker = reachable[Math.floor(this.random() * reachable.length)];
      if (!taker) return;
      busy.add(sessionId);
      waiting.host = taker;
      waiting.lockedUntil = now + LOCK_MS;
      void this.#give(waiting, taker);
    }
  }

  async #give(waiting: Waiting, host: SimulatedHost): Promise<void> {
    const done = await host.work(waiting.message.body as RunMessage).then(
      () => true,
      () => false,
    );
    // One whose lock went elsewhere has no say.
    if (waiting.host !== host) return;
    if (done) this.#queue = this.#queue.filter((each) => each !== waiting);
    else waiting.lockedUntil = 0;
    delete waiting.host;
  }
}

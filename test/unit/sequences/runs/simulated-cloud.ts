import { vi } from "vitest";
import { cancelSequenceRun } from "../../../../engine/sequences/runs/cancel-sequence-run.ts";
import type { SequenceRun } from "../../../../engine/sequences/runs/sequence-run.ts";
import type { StepMessage } from "../../../../engine/sequences/runs/step-message.ts";
import type { StepRecord } from "../../../../engine/sequences/runs/step-record.ts";
import type { StoredSlots } from "../../../../engine/sequences/runs/slots-store.ts";
import type { Documents, OutgoingMessage, Ports } from "../../../../engine/ports.ts";
import { SimulatedTime } from "../../models/schedule/simulated-time.ts";
import type { MemoryPorts } from "../../sync/memory-ports.ts";
import { bookOf } from "./book-of.ts";
import { sequencePorts } from "./sequence-ports.ts";
import { SimulatedHost } from "./simulated-host.ts";
import { WriteWatch } from "./write-watch.ts";

/** How unkind the world is; each a probability. */
export interface Mood {
  /** That a call of a port is refused before it has an effect, and that it is after it had one. */
  readonly fault: number;
  /** That a call takes up to three seconds. */
  readonly slow: number;
  /** That a step fails, and that it takes up to 200 seconds instead of 10. */
  readonly failure: number;
  readonly long: number;
  /** That a host is killed, cut off from everything for a while, or told to stop, in a second. */
  readonly kill: number;
  readonly cut: number;
  readonly stop: number;
  /** That a run is cancelled in a second. */
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
  failure: 0.1,
  long: 0.05,
  kill: 0.02,
  cut: 0.02,
  stop: 0.01,
  cancel: 0.03,
  twice: 0.1,
  elsewhere: 0.003,
};

interface Waiting {
  readonly message: OutgoingMessage;
  readonly visibleAt: number;
  /** The host that works on it, by which delivery, and until when nobody else gets it. */
  host?: SimulatedHost;
  delivery?: symbol;
  lockedUntil: number;
}

/** How long a message is kept from others after its host went silent, and how long its id is known. */
const LOCK_MS = 60_000;
const KNOWN_MS = 10 * 60_000;

/** A store, a queue with sessions and some hosts, on simulated time and from a seed: the same seed, the same story. */
export class SimulatedCloud {
  readonly time = new SimulatedTime(Date.UTC(2026, 0, 5));
  readonly memory: MemoryPorts = sequencePorts();
  readonly book: ReturnType<typeof bookOf>;
  readonly watch: WriteWatch;
  mood: Mood = CALM;
  hosts: SimulatedHost[] = [];
  deaths = 0;
  /** Calls of ports so far; at each of these the host that makes it dies, before or after it took effect. */
  calls = 0;
  readonly deadly = new Map<number, "before" | "after">();
  /** Steps that were begun, as who did them saw it. */
  readonly done: { readonly run: string; readonly index: number | "error_handler" }[] = [];
  #queue: Waiting[] = [];
  readonly #known = new Map<string, number>();
  #seed: number;

  constructor(
    seed: number,
    { files, hosts }: { readonly files: Record<string, unknown>; readonly hosts: number },
  ) {
    this.#seed = seed;
    this.time.install();
    vi.spyOn(Math, "random").mockImplementation(() => this.random());
    this.book = bookOf(files);
    this.watch = new WriteWatch(limitsOf(files));
    this.hosts = Array.from({ length: hosts }, () => new SimulatedHost(this));
    setInterval(() => this.#second(), 1_000);
    setInterval(() => this.#deliver(), 250);
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

  /** The store, watched. */
  readonly documents: Documents = {
    read: (...asked) => this.memory.documents.read(...asked),
    query: (...asked) => this.memory.documents.query(...asked),
    write: async (container, partition, writes) => {
      const result = await this.memory.documents.write(container, partition, writes);
      if (result.written) this.watch.saw(container, partition, structuredClone(writes));
      return result;
    },
  };

  /** Takes messages into the queue; one that has the id of another of the last ten minutes is swallowed. */
  readonly send: ReturnType<Ports["queue"]>["send"] = async (messages) => {
    for (const message of messages) {
      const now = Date.now();
      if ((this.#known.get(message.messageId) ?? 0) > now) continue;
      this.#known.set(message.messageId, now + KNOWN_MS);
      const visibleAt = message.notBefore === undefined ? now : Date.parse(message.notBefore);
      this.#queue.push({ message, visibleAt, lockedUntil: 0 });
      if (!this.chance(this.mood.twice)) continue;
      this.#queue.push({ message, visibleAt: visibleAt + this.random() * 120_000, lockedUntil: 0 });
    }
  };

  get queued(): number {
    return this.#queue.length;
  }

  /** A host that lives. */
  anyHost(): SimulatedHost {
    const host = this.hosts[Math.floor(this.random() * this.hosts.length)];
    if (!host) throw new Error("there is no host");
    return host;
  }

  runs(sequence?: string): readonly SequenceRun[] {
    const runs = this.memory.items("operations").filter(({ id }) => id === "run") as unknown as SequenceRun[];
    return runs.filter(({ name }) => sequence === undefined || name === sequence);
  }

  steps(run: string): readonly StepRecord[] {
    const steps = this.memory.items("operations").filter(({ id }) => id.startsWith("step|")) as StepRecord[];
    return steps.filter((step) => step.run === run).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  }

  slots(): readonly StoredSlots[] {
    return (this.memory.items("control") as StoredSlots[]).filter(({ kind }) => kind === "sequence-state");
  }

  replace(host: SimulatedHost): void {
    if (!this.hosts.includes(host)) return;
    this.deaths += 1;
    this.hosts = this.hosts.map((each) => (each === host ? new SimulatedHost(this) : each));
  }

  #second(): void {
    for (const host of this.hosts) {
      if (this.chance(this.mood.cut)) host.cutUntil = Date.now() + this.random() * 300_000;
      if (this.chance(this.mood.kill)) host.kill();
      else if (this.chance(this.mood.stop)) host.stop();
    }
    if (!this.chance(this.mood.cancel)) return;
    const open = this.runs().filter(({ endedAt }) => endedAt === undefined);
    const run = open[Math.floor(this.random() * open.length)];
    if (run) void this.anyHost().does((work) => cancelSequenceRun(work.ports, run.run, "eva"));
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
    const delivery = Symbol("delivery");
    waiting.delivery = delivery;
    const done = await host.work(waiting.message.body as StepMessage).then(
      () => true,
      () => false,
    );
    // One whose lock went elsewhere has no say.
    if (waiting.delivery !== delivery) return;
    if (done) this.#queue = this.#queue.filter((each) => each !== waiting);
    else waiting.lockedUntil = 0;
    delete waiting.host;
  }
}

function limitsOf(files: Record<string, unknown>): ReadonlyMap<string, number> {
  const book = Object.entries(files) as [string, { readonly concurrency?: { readonly limit: number } }][];
  return new Map(book.flatMap(([name, { concurrency }]) => (concurrency ? [[name, concurrency.limit]] : [])));
}

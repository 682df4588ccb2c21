import { STEPS } from "../../../../engine/define/topology.ts";
import type { OutgoingMessage } from "../../../../engine/ports.ts";
import type { SequenceWork } from "../../../../engine/sequences/runs/sequence-work.ts";
import { readSequenceRun, type SequenceRun } from "../../../../engine/sequences/runs/sequence-run.ts";
import { type Started, type Start, startSequence } from "../../../../engine/sequences/runs/start-sequence.ts";
import type { StepMessage } from "../../../../engine/sequences/runs/step-message.ts";
import { readSteps, type StepRecord } from "../../../../engine/sequences/runs/step-record.ts";
import { workOnStep } from "../../../../engine/sequences/runs/work-on-step.ts";
import type { StepEnd, StepOrder, StepRunner } from "../../../../engine/sequences/step.ts";
import type { MemoryPorts } from "../../sync/memory-ports.ts";
import { bookOf } from "./book-of.ts";
import { sequencePorts } from "./sequence-ports.ts";
import { contentOf } from "./simulated-host.ts";

/** One host over ports in memory, whose modules do as a test says. */
export class SequenceDesk {
  readonly ports: MemoryPorts;
  readonly book: ReturnType<typeof bookOf>;
  readonly orders: StepOrder[] = [];
  /** What the module of a step does; by default each succeeds, and writes what follows from what it reads. */
  readonly does = new Map<string, StepRunner["run"]>();
  /** The names of the blobs of a container. */
  readonly blobs = new Map<string, readonly string[]>();
  readonly work: SequenceWork;
  #delivered = 0;

  constructor(files: Record<string, unknown>, ports: MemoryPorts = sequencePorts()) {
    this.ports = ports;
    this.book = bookOf(files);
    const { blobs } = this;
    this.work = {
      ports: this.ports,
      book: this.book,
      runner: {
        run: (order, signal, hear) => {
          this.orders.push(order);
          return (this.does.get(order.step.module_name) ?? succeed)(order, signal, hear);
        },
        keyOf: async (order) => (order.step.output === "" ? undefined : contentOf(order)),
      },
      containers: (name) => ({
        async *list(prefix) {
          yield* (blobs.get(name) ?? []).filter((blob) => blob.startsWith(prefix));
        },
      }),
    };
  }

  start(sequence: string, more: Partial<Start> = {}): Promise<Started> {
    return startSequence(this.work, { sequence, parameters: {}, actor: "eva", ...more });
  }

  /** Starts a run that may start; its id. */
  async begin(sequence: string, more: Partial<Start> = {}): Promise<string> {
    const started = await this.start(sequence, more);
    if (started.outcome !== "started") throw new Error(`it did not start: ${started.outcome}`);
    return started.run;
  }

  /** The messages that nobody took yet. */
  waiting(): readonly OutgoingMessage[] {
    return this.ports.sent(STEPS).slice(this.#delivered);
  }

  /** Takes the next message; the time goes on to when it may come. */
  take(): StepMessage {
    const [message] = this.waiting();
    if (!message) throw new Error("there is no message");
    this.#delivered += 1;
    this.ports.time = Math.max(this.ports.time, Date.parse(message.notBefore ?? "") || 0);
    return message.body as StepMessage;
  }

  async next(message: StepMessage = this.take(), shutdown = new AbortController().signal): Promise<void> {
    await workOnStep(this.work, message, shutdown);
  }

  /** Works until there is no message any more. */
  async drain(): Promise<void> {
    while (this.waiting().length > 0) await this.next();
  }

  async run(id: string): Promise<SequenceRun> {
    const stored = await readSequenceRun(this.ports.documents, id);
    if (!stored) throw new Error(`there is no run ${id}`);
    return stored.item;
  }

  steps(id: string): Promise<readonly StepRecord[]> {
    return readSteps(this.ports.documents, id);
  }

  async statuses(id: string): Promise<readonly string[]> {
    return (await this.steps(id)).map(({ status }) => status);
  }

  runs(sequence: string): readonly SequenceRun[] {
    const items = this.ports.items("operations") as unknown as SequenceRun[];
    return items.filter(({ id, name }) => id === "run" && name === sequence);
  }
}

/** The end of a step that did all that it was to. */
export const succeed: StepRunner["run"] = async (order) => {
  const { run, index, attempt, step } = order;
  const end = { ...ended("succeeded"), exitCode: 0, command: ["./module", ...step.args] };
  if (step.output === "") return end;
  const blob = `sequences/${run}/${String(index)}-${String(attempt)}`;
  return { ...end, artifact: { path: step.output, blob, sha256: contentOf(order), bytes: 64 } };
};

/** A step that fails. */
export function fail(more: Partial<StepEnd> = {}): StepRunner["run"] {
  return async () => ({
    ...ended("failed"),
    retryable: true,
    exitCode: 1,
    reason: "it ended with exit code 1",
    log: "no such file\n",
    ...more,
  });
}

/** A step that goes on until it is told to end. */
export const endure: StepRunner["run"] = async (_order, signal) => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  return { ...ended("cancelled"), retryable: true };
};

function ended(status: StepEnd["status"]): StepEnd {
  return { status, retryable: false, command: null, exitCode: null, log: "", durationMs: 5 };
}

import type { Container, Write } from "../../../../engine/ports.ts";
import type { SequenceRun } from "../../../../engine/sequences/runs/sequence-run.ts";
import type { StoredSlots } from "../../../../engine/sequences/runs/slots-store.ts";
import type { StepRecord } from "../../../../engine/sequences/runs/step-record.ts";

const ENDS: readonly StepRecord["status"][] = ["succeeded", "reused", "failed", "cancelled"];

/** Sees every write that the store took, and notes what must never be written. */
export class WriteWatch {
  readonly faults: string[] = [];
  /** How often each step's end was recorded, by run and index. */
  readonly ends = new Map<string, number>();
  /** The most runs of a sequence that were at work at once. */
  readonly most = new Map<string, number>();
  readonly #items = new Map<string, SequenceRun | StepRecord>();
  readonly #atWork = new Map<string, Set<string>>();
  readonly #limits: ReadonlyMap<string, number>;

  constructor(limits: ReadonlyMap<string, number>) {
    this.#limits = limits;
  }

  saw(container: Container, partition: string, writes: readonly Write[]): void {
    for (const write of writes) {
      if (write.op === "delete") this.faults.push(`${partition}: ${write.id} was deleted`);
      else if (container === "control") this.#sawSlots(write.item as StoredSlots);
      else if (write.item.id.startsWith("step|")) this.#sawStep(write.item as StepRecord);
      else if (write.item.id === "run") this.#sawRun(write.item as SequenceRun);
    }
  }

  #sawSlots({ kind, sequence, active, limit }: StoredSlots): void {
    if (kind === "sequence-state" && active.length > limit) this.faults.push(`${sequence}: too many slots`);
  }

  #sawStep(step: StepRecord): void {
    const at = `${step.run} ${step.id}`;
    const before = this.#items.get(at) as StepRecord | undefined;
    this.#items.set(at, step);
    const had = before !== undefined && ENDS.includes(before.status);
    if (had && JSON.stringify(before) !== JSON.stringify(step))
      this.faults.push(`${at}: altered after its end`);
    if (!had && ENDS.includes(step.status)) this.ends.set(at, (this.ends.get(at) ?? 0) + 1);
  }

  #sawRun(run: SequenceRun): void {
    const before = this.#items.get(run.run) as SequenceRun | undefined;
    this.#items.set(run.run, run);
    if (before?.endedAt !== undefined) this.faults.push(`${run.run}: written after its end`);
    const atWork = this.#atWork.get(run.name) ?? new Set();
    this.#atWork.set(run.name, atWork);
    if (run.status === "running" || run.status === "waiting") atWork.add(run.run);
    else atWork.delete(run.run);
    this.most.set(run.name, Math.max(this.most.get(run.name) ?? 0, atWork.size));
    const limit = this.#limits.get(run.name) ?? Infinity;
    if (atWork.size > limit) this.faults.push(`${run.name}: ${String(atWork.size)} runs at work`);
  }
}

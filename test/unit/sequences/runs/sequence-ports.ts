import { ALL_SLOTS, LEFT_RUNS, SILENT_RUNS } from "../../../../engine/sequences/runs/tick.ts";
import type { SequenceRun } from "../../../../engine/sequences/runs/sequence-run.ts";
import { STEPS_OF_RUN, type StepRecord } from "../../../../engine/sequences/runs/step-record.ts";
import type { StoredSlots } from "../../../../engine/sequences/runs/slots-store.ts";
import type { Documents, Item } from "../../../../engine/ports.ts";
import { type MemoryPorts, memoryPorts } from "../../sync/memory-ports.ts";

/** Ports in memory that also answer what runs of sequences ask for. */
export function sequencePorts(): MemoryPorts {
  const ports = memoryPorts();
  const found = (text: string, partition: string | undefined, before: unknown): readonly unknown[] => {
    if (text === ALL_SLOTS) {
      return (ports.items("control") as StoredSlots[]).filter(({ kind }) => kind === "sequence-state");
    }
    if (text === STEPS_OF_RUN) {
      const steps = ports.items("operations") as (StepRecord & Item)[];
      return steps.filter(({ kind, run }) => kind === "sequence-step" && run === partition);
    }
    const runs = ports.items("operations").filter(({ id }) => id === "run") as unknown as SequenceRun[];
    const isOld = (time: string): boolean => time < String(before);
    if (text === SILENT_RUNS) {
      return runs
        .filter(({ endedAt, state }) => endedAt === undefined && state.stage === "sent")
        .filter(
          ({ state: { movedAt, notBefore } }) => isOld(movedAt) && (notBefore === null || isOld(notBefore)),
        )
        .map(({ run }) => run);
    }
    if (text !== LEFT_RUNS) throw new Error(`this store in memory does not know the query ${text}`);
    return runs
      .filter(({ status, state }) => status === "queued" && state.stage === "new")
      .filter(({ queuedAt }) => isOld(queuedAt))
      .toSorted((one, other) => one.queuedAt.localeCompare(other.queuedAt))
      .map(({ run }) => run);
  };
  const documents: Documents = {
    read: (...asked) => ports.documents.read(...asked),
    write: (...asked) => ports.documents.write(...asked),
    query: async (_container, { text, partition, parameters, limit = 100, cursor = "0" }) => {
      const all = found(text, partition, parameters?.["before"]);
      const end = Number(cursor) + limit;
      const items = structuredClone(all.slice(Number(cursor), end));
      return { items: items as never[], next: end < all.length ? String(end) : null };
    },
  };
  // `time` and `failure` stay those of the ports underneath.
  return new Proxy(ports, {
    get: (target, name) => (name === "documents" ? documents : Reflect.get(target, name)) as unknown,
  });
}

import { type BusinessModel, newModelId } from "../../../../engine/models/model.ts";
import type { Execution } from "../../../../engine/models/schedule/execution.ts";
import type { Documents, Item, Page } from "../../../../engine/ports.ts";
import { type MemoryPorts, memoryPorts } from "../../sync/memory-ports.ts";

/** Ports in memory that also answer what the schedule asks for: all models, and the executions of one. */
export function modelPorts(): MemoryPorts {
  const ports = memoryPorts();
  const documents: Documents = {
    read: (...asked) => ports.documents.read(...asked),
    write: (...asked) => ports.documents.write(...asked),
    query: async (container, { text, parameters, limit = 100, cursor = "0" }) => {
      const found = text.includes("c.kind = 'model'")
        ? (ports.items(container) as BusinessModel[]).filter(
            ({ kind, deletedAt }) => kind === "model" && deletedAt === undefined,
          )
        : (ports.items(container) as Execution[]).filter(
            ({ kind, model }) => kind === "execution" && model === parameters?.["model"],
          );
      return pageOf(found, limit, Number(cursor)) as Page<never>;
    },
  };
  // `time` and `failure` stay those of the ports underneath.
  return new Proxy(ports, {
    get: (target, name) => (name === "documents" ? documents : Reflect.get(target, name)) as unknown,
  });
}

function pageOf(items: readonly Item[], limit: number, from: number): Page<Item> {
  const end = from + limit;
  return { items: structuredClone(items.slice(from, end)), next: end < items.length ? String(end) : null };
}

/** A model that lacks nothing: a job in Node, every minute, from a time on. */
export function completeModel(from: number, more: Partial<BusinessModel> = {}): BusinessModel {
  const model = newModelId();
  const at = new Date(from).toISOString();
  const file = { sha256: "0".repeat(64), bytes: 10, at };
  return {
    id: `model|${model}`,
    kind: "model",
    model,
    name: `sales ${model}`,
    owner: "eva",
    job_frequency: 1,
    job_execution_command: "node",
    active: true,
    from: at,
    database: `bm_sales_${model}`,
    sql: { fileName: "sales.sql", blob: `models/${model}/sql/0`, ...file },
    job: { fileName: "sales.mjs", blob: `models/${model}/job/0`, ...file },
    createdAt: at,
    createdBy: "eva",
    ...more,
  };
}

import { randomBytes } from "node:crypto";
import type { ModelServer } from "../../../engine/models/database/server.ts";
import type { ModelDesk } from "../../../engine/models/desk.ts";
import type { BusinessModel } from "../../../engine/models/model.ts";
import type { Documents } from "../../../engine/ports.ts";
import { secret } from "../../../engine/define/setting.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { memoryPorts, type MemoryPorts } from "../sync/memory-ports.ts";

/** Store, blobs and a MySQL server in memory, and what a model is changed with. */
export interface MemoryModels extends ModelDesk {
  readonly ports: MemoryPorts;
  /** Databases on the server, and the passwords of its users. */
  readonly databases: Set<string>;
  readonly passwords: Map<string, string>;
  /** Bytes of databases, by name, and users that may not add or alter rows. */
  readonly bytes: Map<string, number>;
  readonly halted: Set<string>;
  /** How large a database may be. */
  readonly quotaBytes: number;
  /** The call that writes to store, blobs or server at which the host dies, before it or after it had its effect. */
  fault: { readonly call: number; readonly when: "before" | "after" } | undefined;
  /** Counts those calls since a test set it. */
  calls: number;
  /** Once, before the next call of the server takes effect. */
  meanwhile: (() => Promise<void>) | undefined;
  model(id: string): BusinessModel | undefined;
}

/** Opens a desk. Statements are not looked at: any upload is applied. */
export function openModels(env: Record<string, string> = {}): MemoryModels {
  const memory = memoryPorts();
  const databases = new Set<string>();
  const passwords = new Map<string, string>();
  const bytes = new Map<string, number>();
  const halted = new Set<string>();
  const perilous =
    <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    async (...args: Args): Promise<T> => {
      const { fault } = desk;
      const number = desk.calls++;
      if (fault && (number > fault.call || (number === fault.call && fault.when === "before"))) throw gone();
      const result = await call(...args);
      if (fault && number === fault.call) throw gone();
      return result;
    };
  const asked = <Args extends unknown[], T>(call: (...args: Args) => Promise<T>) =>
    perilous(async (...args: Args) => {
      const { meanwhile } = desk;
      desk.meanwhile = undefined;
      await meanwhile?.();
      return call(...args);
    });
  const documents: Documents = {
    read: (...given) => memory.documents.read(...given),
    write: perilous((...given: Parameters<Documents["write"]>) => memory.documents.write(...given)),
    async query(container, { text, parameters }) {
      const all = text.includes("NOT IS_DEFINED(c.deletedAt)") ? "live" : "all";
      const models = (memory.items(container) as BusinessModel[]).filter(
        ({ kind, owner, deletedAt }) =>
          kind === "model" &&
          (all === "all" || deletedAt === undefined) &&
          [undefined, owner].includes(parameters?.["owner"] as string | undefined),
      );
      return { items: structuredClone(models) as never[], next: null };
    },
  };
  const server: ModelServer = {
    apply: asked(async ({ database }, _statements, { dryRun }) => {
      if (!dryRun) databases.add(database);
      return { applied: !dryRun, changes: [] };
    }),
    putUser: asked(async (_model, { name, password }) => void passwords.set(name, password)),
    dropUser: asked(async (name) => void passwords.delete(name)),
    addressOf: ({ database }, name, password) => `mysql://${name}:${password}@db.example:3306/${database}`,
    writeMeta: async () => {},
    mayWrite: asked(async (_model, name, may) => {
      if (may) halted.delete(name);
      else halted.add(name);
    }),
    sizes: async (names) => new Map(names.map((name) => [name, bytes.get(name) ?? 0])),
    rowCount: async () => 0,
    drop: asked(async ({ model, database }) => {
      for (const name of passwords.keys()) if (name.startsWith(`bm_${model}_`)) passwords.delete(name);
      databases.delete(database);
    }),
    tidy: async () => {},
    close: async () => {},
  };
  const ports = Object.assign(Object.create(memory) as MemoryPorts, {
    documents,
    blobs: {
      ...memory.blobs,
      put: perilous((name: string, bytes: Uint8Array) => memory.blobs.put(name, bytes)),
      delete: perilous((name: string) => memory.blobs.delete(name)),
    },
    clock: memory.clock,
  });
  Object.defineProperty(ports, "time", {
    get: () => memory.time,
    set(time: number) {
      memory.time = time;
    },
  });
  const key = randomBytes(32).toString("base64");
  const settings = createSettings({ CAUDAL_SECRETS_KEY: key, ...env }, [secret("CAUDAL_SECRETS_KEY")]);
  const desk: MemoryModels = {
    ports,
    server,
    settings,
    databases,
    passwords,
    bytes,
    halted,
    quotaBytes: 1_000,
    fault: undefined,
    calls: 0,
    meanwhile: undefined,
    model: (id) => memory.items("control").find((item) => item.id === `model|${id}`) as BusinessModel,
  };
  return desk;
}

function gone(): Error {
  return new Error("the host is gone");
}

/** What a test's model is, unless it says otherwise. */
export const SALES = {
  name: "Sales",
  owner: "ana",
  job_frequency: 60,
  job_execution_command: "node",
  active: true,
  from: "2026-01-01T00:00:00.000Z",
  createdBy: "ana",
} as const;

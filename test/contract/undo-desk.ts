import type { Database } from "@azure/cosmos";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { openDatabase } from "../../engine/datasets/database.ts";
import { type AppOptions, type CloudEvent, defineApp } from "../../engine/define/index.ts";
import { EVENTS, RUNS } from "../../engine/define/topology.ts";
import { ContendedError } from "../../engine/errors/contended-error.ts";
import type { OutgoingMessage, Ports } from "../../engine/ports.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { createDeliveryHandlers } from "../../functions/deliveries.ts";
import { createMessageHandlers } from "../../functions/messages.ts";
import type { Services } from "../../functions/services.ts";
import { type Ask, openApi } from "../unit/functions/api.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";

/** One host on the stand-in of the store; what it sends to a queue or a topic is served at once. */
export interface UndoDesk {
  readonly ask: Ask;
  readonly ports: Ports;
  /** Everything that was sent to the queue `events`, in order. */
  readonly sent: OutgoingMessage[];
  readonly published: Announcement[];
  /** The host dies at the call with this number, before or after that had its effect. */
  fault: { readonly call: number; readonly when: "before" | "after" } | undefined;
  /** Counts the calls to store, blobs and topic since a test set it. */
  calls: number;
  /** How far the clock goes on with each look, in milliseconds. */
  step: number;
  /** While it is set, what is sent to the queue `events` stays there. */
  still: boolean;
  /** Takes an event off the queue. */
  take(event: CloudEvent): Promise<void>;
  /** Another host on the same store, with nothing in its memory, takes it. */
  takeElsewhere(event: CloudEvent): Promise<void>;
  /** Works on the runs that were started, and gives the last one as the API shows it. */
  run(): Promise<Record<string, unknown>>;
  records(key: string): Promise<readonly AuditRecord[]>;
  /** The document of an entity, with its version; undefined where there is none. */
  document(key: string): Promise<{ readonly data: unknown; readonly version: number } | undefined>;
}

let opened = 0;

/** Opens a desk. Its clock goes on with each look. */
export function openUndoDesk(database: Database, definitions: Partial<AppOptions>): UndoDesk {
  const app = defineApp({ documents: [], rules: [], ...definitions });
  const documents = cosmosDocuments(database);
  const memory = memoryPorts();
  memory.time += (opened += 1) * 3_600_000;
  const runs: unknown[] = [];
  const perilous = async <T>(call: () => Promise<T>): Promise<T> => {
    const dies = desk.fault?.call === desk.calls++ ? desk.fault.when : undefined;
    if (dies === "before") throw new ContendedError("the host", 1);
    const result = await call();
    if (dies === "after") throw new ContendedError("the host", 1);
    return result;
  };
  const publish = async (messages: readonly OutgoingMessage[]): Promise<void> => {
    for (const { body } of messages) {
      desk.published.push(body as Announcement);
      for (const integration of app.integrations) await deliveries.change(integration, body, 1);
    }
  };
  const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
    for (const message of messages) {
      desk.sent.push(message);
      if (!desk.still) await handlers.event(message.body);
    }
  };
  const queues: Record<string, Ports["queue"]> = {
    [EVENTS]: () => ({ send }),
    [RUNS]: () => ({ send: async (messages) => void runs.push(...messages.map(({ body }) => body)) }),
  };
  const ports: Ports = {
    ...memory,
    documents: {
      read: (...asked) => perilous(() => documents.read(...asked)),
      write: (...asked) => perilous(() => documents.write(...asked)),
      query: (...asked) => perilous(() => documents.query(...asked)),
    },
    topic: () => ({ publish: (messages) => perilous(() => publish(messages)) }),
    queue: (name) => (queues[name] ?? memory.queue)(name),
    clock: { now: () => (memory.time += desk.step) },
  };
  const services: Services = {
    app,
    ports,
    settings: createSettings({}, []),
    log: () => {},
    secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
    datasets: openDatabase(createSettings({}, [])),
    ...NO_MODELS,
    close: async () => {},
  };
  const handlers = createMessageHandlers(services);
  const deliveries = createDeliveryHandlers(services);
  const ask = openApi(ports, definitions);
  const desk: UndoDesk = {
    ask,
    ports,
    sent: [],
    published: [],
    fault: undefined,
    calls: 0,
    step: 1,
    still: false,
    take: (event) => handlers.event(event),
    takeElsewhere: (event) => createMessageHandlers(services).event(event),
    async run() {
      let last = "";
      while (runs.length > 0) {
        const message = runs.shift();
        last = (message as { run: string }).run;
        await handlers.run(message);
      }
      return (await ask(`GET /api/v1/runs/${last}`)).json;
    },
    async records(key) {
      const text = "SELECT * FROM c WHERE c.kind = 'audit' ORDER BY c.sequence";
      return (await documents.query<AuditRecord>("unified", { text, partition: key, limit: 1_000 })).items;
    },
    async document(key) {
      const { status, json } = await ask(`GET /api/v1/entities/${key.replace("|", "/")}`);
      return status === 200 ? { data: json["data"], version: Number(json["version"]) } : undefined;
    },
  };
  return desk;
}

import type { Database } from "@azure/cosmos";
import { openDatabase } from "../../engine/datasets/database.ts";
import type { AuditRecord } from "../../engine/audit/record.ts";
import { cosmosDocuments } from "../../engine/azure/documents.ts";
import { type AppOptions, defineApp } from "../../engine/define/index.ts";
import { EVENTS, RUNS } from "../../engine/define/topology.ts";
import type { OutgoingMessage, Ports } from "../../engine/ports.ts";
import { type RunMessage } from "../../engine/runs/start.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import type { Announcement } from "../../engine/sync/announce.ts";
import { parseEvent } from "../../engine/sync/envelope.ts";
import type { ParkedEvent } from "../../engine/sync/park.ts";
import { createProcessor, type Processor } from "../../engine/sync/process.ts";
import { work } from "../../functions/workers.ts";
import { type Ask, openApi } from "../unit/functions/api.ts";
import { memoryPorts } from "../unit/sync/memory-ports.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";

/** One host on the stand-in of the store: its API, its processor, and its worker of runs. */
export interface Desk {
  readonly ask: Ask;
  readonly ports: Ports;
  readonly processor: Processor;
  /** What was announced, in order. */
  readonly published: Announcement[];
  /** What was sent to the queue `events`, in order; each was processed then, unless the desk is `still`. */
  readonly sent: OutgoingMessage[];
  /** While it is set, what is sent to the queue `events` stays there. */
  still: boolean;
  /** Puts the clock on. */
  pass(ms: number): void;
  /** Works on the runs that were started, and gives the last one as the API shows it. */
  run(): Promise<Record<string, unknown>>;
  records(key: string): Promise<readonly AuditRecord[]>;
  line(key: string): Promise<readonly ParkedEvent[]>;
}

let opened = 0;

/** Opens a desk. Its clock goes on with each look, and is ahead of that of the desk before: no two times are the same. */
export function openDesk(database: Database, definitions: Partial<AppOptions>): Desk {
  const app = defineApp({ documents: [], rules: [], ...definitions });
  const documents = cosmosDocuments(database);
  const memory = memoryPorts();
  memory.time += (opened += 1) * 3_600_000;
  const runs: RunMessage[] = [];
  const topic = {
    publish: async (messages: readonly OutgoingMessage[]) => {
      desk.published.push(...messages.map(({ body }) => body as Announcement));
    },
  };
  const send = async (messages: readonly OutgoingMessage[]): Promise<void> => {
    for (const message of messages) {
      desk.sent.push(message);
      const parsed = parseEvent(message.body);
      if (!desk.still && parsed.success) await desk.processor.process([parsed.data]);
    }
  };
  const queues: Record<string, Ports["queue"]> = {
    [EVENTS]: () => ({ send }),
    [RUNS]: () => ({
      send: async (messages) => void runs.push(...messages.map(({ body }) => body as RunMessage)),
    }),
  };
  const ports: Ports = {
    ...memory,
    documents,
    topic: () => topic,
    queue: (name) => (queues[name] ?? memory.queue)(name),
    clock: { now: () => (memory.time += 1) },
  };
  const query = async <T>(key: string, kind: string, order: string): Promise<readonly T[]> => {
    const text = `SELECT * FROM c WHERE c.kind = '${kind}' ORDER BY c.${order}`;
    return (await documents.query<T>("unified", { text, partition: key, limit: 1_000 })).items;
  };
  const ask = openApi(ports, definitions);
  const desk: Desk = {
    ask,
    ports,
    processor: createProcessor(app, ports, topic, () => "hash"),
    published: [],
    sent: [],
    still: false,
    pass: (ms) => void (memory.time += ms),
    async run() {
      const last = runs.at(-1);
      const settings = createSettings({}, []);
      const services = {
        app,
        ports,
        settings,
        datasets: openDatabase(settings),
        log: () => {},
        secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
        ...NO_MODELS,
        close: async () => {},
      };
      for (const message of runs.splice(0)) await work(services, message);
      return (await ask(`GET /api/v1/runs/${last?.run}`)).json;
    },
    records: (key) => query(key, "audit", "sequence"),
    line: (key) => query(key, "parked", "place"),
  };
  return desk;
}

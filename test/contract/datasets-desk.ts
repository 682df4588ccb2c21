import type { Readable } from "node:stream";
import { setImmediate } from "node:timers/promises";
import { type DatasetDatabase, openDatabase } from "../../engine/datasets/database.ts";
import { tableName } from "../../engine/datasets/dataset.ts";
import { createLoading, type Loading } from "../../engine/datasets/load/loading.ts";
import { createPartLoader } from "../../engine/datasets/load/load-part.ts";
import { parseLoadMessage } from "../../engine/datasets/load/load-message.ts";
import { readFile } from "../../engine/datasets/load/read-file.ts";
import type { LoadRequest } from "../../engine/datasets/load/request.ts";
import { workOnLoad } from "../../engine/datasets/load/work-on-load.ts";
import { LOADS, RUNS } from "../../engine/define/topology.ts";
import { secret } from "../../engine/define/setting.ts";
import { LoadEndedError } from "../../engine/errors/load-ended-error.ts";
import type { ConnectionPool, FullConnection, Parameter } from "../../engine/mysql/pool.ts";
import { quoted } from "../../engine/mysql/quoted.ts";
import type { OutgoingMessage, Ports } from "../../engine/ports.ts";
import { readRun, type Run } from "../../engine/runs/run.ts";
import type { RunMessage } from "../../engine/runs/start.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { memoryPorts, type MemoryPorts } from "../unit/sync/memory-ports.ts";

type Perilous = <Args extends unknown[], T>(
  call: (...args: Args) => Promise<T>,
) => (...args: Args) => Promise<T>;

/** Loads on a real MySQL, with store, blobs and queues in memory; messages are served when the test says so. */
export interface DatasetsDesk {
  readonly loading: Loading;
  readonly ports: MemoryPorts;
  /** Messages that nobody has taken yet, by queue. */
  readonly waiting: Map<string, OutgoingMessage[]>;
  /** Tables whose load called for what follows. */
  readonly loaded: string[];
  /** The call to MySQL, store, blobs or queue at which the host dies, before it or after it had its effect. */
  fault: { readonly call: number; readonly when: "before" | "after" } | undefined;
  /** Counts those calls since a test set it. */
  calls: number;
  /** Reads a file as an upload does; the run's id. */
  send(text: string | Uint8Array, request?: Partial<LoadRequest>, chunk?: number): Promise<string>;
  /** Serves all messages, `lanes` sessions at a time, until none waits, or the host is gone. */
  serve(lanes?: number): Promise<void>;
  /** Sends and serves. */
  load(text: string | Uint8Array, request?: Partial<LoadRequest>): Promise<Run>;
  run(id: string): Promise<Run>;
  /** Rows of a table in order: `_row`, then the cells. */
  rows(table?: string): Promise<unknown[][]>;
  /** Names of the tables that are there, ours left out. */
  tables(): Promise<string[]>;
  sql(statement: string): Promise<readonly Record<string, unknown>[]>;
  close(): Promise<void>;
}

/** Opens a desk on a server. Its database is emptied. */
export async function openDatasetsDesk(url: string, partBytes = 64): Promise<DatasetsDesk> {
  const memory = memoryPorts();
  const waiting = new Map<string, OutgoingMessage[]>([
    [LOADS, []],
    [RUNS, []],
  ]);
  const perilous: Perilous =
    (call) =>
    async (...args) => {
      const { fault } = desk;
      const number = desk.calls++;
      // What it does no more after that has no effect either.
      if (fault && (number > fault.call || (number === fault.call && fault.when === "before"))) throw gone();
      const result = await call(...args);
      if (fault && number === fault.call) throw gone();
      return result;
    };
  const ports: MemoryPorts = {
    ...memory,
    documents: {
      ...memory.documents,
      write: perilous((...asked: Parameters<Ports["documents"]["write"]>) =>
        memory.documents.write(...asked),
      ),
    },
    blobs: {
      ...memory.blobs,
      put: perilous((name: string, bytes: Uint8Array) => memory.blobs.put(name, bytes)),
      get: perilous((name: string) => memory.blobs.get(name)),
      delete: perilous((name: string) => memory.blobs.delete(name)),
    },
    queue: (name) => ({
      send: perilous(async (messages) => {
        await memory.queue(name).send(messages);
        waiting.get(name)?.push(...messages);
      }),
    }),
  };
  const settings = createSettings({ MYSQL_URL: url }, [secret("MYSQL_URL")]);
  const datasets = openDatabase(settings);
  const pool = await datasets.pool();
  const sql = (statement: string): Promise<readonly Record<string, unknown>[]> =>
    pool.use((connection) => connection.query(statement));
  const all = async (): Promise<string[]> => {
    const found = await sql(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'caudal_datasets'",
    );
    return found.map(({ name }) => String(name)).toSorted();
  };
  for (const table of await all()) {
    const ours = ["_datasets", "_loads", "_chunks", "_asked", "_profiles"].includes(table);
    await sql(ours ? `DELETE FROM ${tableName(table)}` : `DROP TABLE ${tableName(table)}`);
  }
  const loaded: string[] = [];
  const loading = createLoading(ports, perilousDatabase(datasets, perilous), {
    partBytes,
    loaded: async (table) => void loaded.push(table),
  });
  const loader = createPartLoader(loading);
  let runs = 0;

  const handle = async (queue: string, { body }: OutgoingMessage): Promise<void> => {
    if (queue === RUNS) return workOnLoad(loading, (body as RunMessage).run);
    const part = parseLoadMessage(body);
    if (!part) throw new Error("no part");
    await loader(part);
  };
  /** The first message of each session, so many of them. */
  const next = (lanes: number): { queue: string; message: OutgoingMessage }[] => {
    const taken: { queue: string; message: OutgoingMessage }[] = [];
    const sessions = new Set<string>();
    for (const [queue, messages] of waiting) {
      for (const message of messages.slice()) {
        if (taken.length === lanes || sessions.has(message.sessionId)) continue;
        sessions.add(message.sessionId);
        messages.splice(messages.indexOf(message), 1);
        taken.push({ queue, message });
      }
    }
    return taken;
  };
  const desk: DatasetsDesk = {
    loading,
    ports,
    waiting,
    loaded,
    fault: undefined,
    calls: 0,
    async send(text, request = {}, chunk = 1_000_000) {
      const run = `run-${(runs += 1)}`;
      const bytes = typeof text === "string" ? Buffer.from(text) : text;
      const received = await readFile(loading, {
        run,
        request: {
          table: "people",
          file: "people.csv",
          mode: "create",
          strict: false,
          again: false,
          owner: "ana",
          ...request,
        },
        actor: "ana",
        bytes: chunks(bytes, chunk),
      });
      return received.run;
    },
    async serve(lanes = 4) {
      let isGone = false;
      for (let taken = next(lanes); taken.length > 0; taken = isGone ? [] : next(lanes)) {
        await Promise.all(
          taken.map(async ({ queue, message }) => {
            try {
              await handle(queue, message);
            } catch (error) {
              if (!(error instanceof LoadEndedError)) throw error;
              isGone = true;
              waiting.get(queue)?.unshift(message);
            }
          }),
        );
      }
    },
    async load(text, request) {
      const run = await desk.send(text, request);
      await desk.serve();
      return desk.run(run);
    },
    async run(id) {
      const run = await readRun(memory.documents, id);
      if (!run) throw new Error(`there is no run ${id}`);
      return run;
    },
    async rows(table = "people") {
      const columns = await sql(
        `SELECT column_name AS name FROM information_schema.columns WHERE table_schema = 'caudal_datasets'
         AND table_name = '${table}' AND column_name <> '_key' ORDER BY ordinal_position`,
      );
      const names = columns.map(({ name }) => String(name));
      const rows = await sql(`SELECT ${names.map(quoted).join(", ")} FROM ${tableName(table)} ORDER BY _row`);
      return rows.map((row) => names.map((name) => row[name]));
    },
    async tables() {
      return (await all()).filter(
        (name) => !["_datasets", "_loads", "_chunks", "_asked", "_profiles"].includes(name),
      );
    },
    sql,
    close: () => datasets.close(),
  };
  return desk;
}

/** A host that is gone: what it did up to there stands, and nobody tries again in its place. */
function gone(): LoadEndedError {
  return new LoadEndedError("", { status: "failed", error: "the host is gone" });
}

/** The same database, whose every statement and every end of a transaction is a call. */
function perilousDatabase(datasets: DatasetDatabase, perilous: Perilous): DatasetDatabase {
  const perilousConnection = (connection: FullConnection): FullConnection => ({
    query: perilous((sql: string, values: readonly Parameter[] = []) => connection.query(sql, values)),
    write: perilous((sql: string, values: readonly Parameter[] = []) => connection.write(sql, values)),
    load: perilous((sql: string, open: () => Readable) => connection.load(sql, open)),
    rows: (sql, values) => connection.rows(sql, values),
  });
  const perilousPool = (pool: ConnectionPool): ConnectionPool => ({
    use: (work) => pool.use((connection) => work(perilousConnection(connection))),
    transaction: (work) =>
      perilous(() => pool.transaction((connection) => work(perilousConnection(connection))))(),
    close: () => pool.close(),
  });
  return {
    pool: async () => perilousPool(await datasets.pool()),
    patientPool: async () => perilousPool(await datasets.patientPool()),
    lockName: (table) => datasets.lockName(table),
    close: () => datasets.close(),
  };
}

async function* chunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) {
    await setImmediate();
    yield bytes.subarray(from, from + size);
  }
}

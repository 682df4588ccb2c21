import { NO_MODELS } from "../unit/functions/no-models.ts";
import { randomBytes } from "node:crypto";
import type { Database } from "@azure/cosmos";
import { createConnection, type Connection } from "mysql2/promise";
import { openDatabase } from "../../engine/datasets/database.ts";
import { type DocumentDefinition, defineApp } from "../../engine/define/index.ts";
import { secret } from "../../engine/define/setting.ts";
import { RUNS } from "../../engine/define/topology.ts";
import { type ModelServer, openModelServer } from "../../engine/models/database/server.ts";
import type { Ports } from "../../engine/ports.ts";
import type { RunMessage } from "../../engine/runs/start.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { workOnJob } from "../../functions/jobs.ts";
import { createModelHandlers } from "../../functions/models.ts";
import type { Services } from "../../functions/services.ts";
import { type Answer, type Ask, FIRST, openApi } from "../unit/functions/api.ts";
import { Desk, member } from "./erasure-desk.ts";

/** A club's store on the stand-in, and a host with ready-made models on a real MySQL, where uploaded jobs are refused. */
export class ReadyMadeDesk {
  /** Who fills the store. */
  readonly club: Desk;
  readonly ask: Ask;
  readonly ports: Ports;
  /** What else the host is given to work with. */
  readonly services: Services;
  readonly server: ModelServer;
  readonly #runs: RunMessage[] = [];
  readonly #readers: Connection[] = [];

  constructor(database: Database, mysqlUrl: string, documents: readonly DocumentDefinition[] = [member]) {
    this.club = new Desk(database);
    const { ports } = this.club;
    this.ports = {
      ...ports,
      // That of the store, which says when items were written.
      clock: { now: () => Date.now() },
      queue: (name) =>
        name === RUNS
          ? {
              send: async (messages) =>
                void this.#runs.push(...messages.map(({ body }) => body as RunMessage)),
            }
          : ports.queue(name),
    };
    const env = {
      CAUDAL_OPERATOR_TOKEN: FIRST,
      CAUDAL_SECRETS_KEY: randomBytes(32).toString("base64"),
      MYSQL_URL: mysqlUrl,
    };
    const settings = createSettings(
      env,
      Object.keys(env).map((name) => secret(name)),
    );
    this.server = openModelServer(settings);
    this.services = {
      app: defineApp({ documents: [...documents], rules: [] }),
      ports: this.ports,
      settings,
      sequences: NO_MODELS.sequences,
      models: this.server,
      jobs: { refused: "jobs do not run here" },
      datasets: openDatabase(settings),
      log: () => {},
      secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
      close: async () => {},
    };
    const { app: _app, ports: _ports, ...more } = this.services;
    this.ask = openApi(this.ports, { documents: [...documents] }, env, more);
  }

  /** Makes a model. Returns its id, and a connection with which its reader reads. */
  async made(more: object = {}): Promise<{ id: string; reader: Connection; answer: Answer }> {
    const answer = await this.ask("POST /api/v1/businessmodels", {
      json: {
        name: `records ${randomBytes(4).toString("hex")}`,
        ready_made: "records",
        job_frequency: 1,
        ...more,
      },
    });
    const { url } = answer.json["reader"] as { readonly url: string };
    const reader = await createConnection({ uri: url, dateStrings: true, supportBigNumbers: true });
    this.#readers.push(reader);
    return { id: String(answer.json["id"]), reader, answer };
  }

  /** Works on the runs that wait, one after the other. */
  async work(services: Services = this.services): Promise<void> {
    for (let message = this.#runs.shift(); message; message = this.#runs.shift())
      await workOnJob(services, message);
  }

  /** Has a model run now; returns its last execution. */
  async run(id: string, services: Services = this.services): Promise<Record<string, unknown>> {
    const started = await this.ask(`POST /api/v1/businessmodels/${id}/runs`);
    if (started.status !== 202) throw new Error(JSON.stringify(started));
    await this.work(services);
    const { json } = await this.ask(`GET /api/v1/businessmodels/${id}/executions?limit=1`);
    const [last] = json["items"] as Record<string, unknown>[];
    return last ?? {};
  }

  /** What the timer does. */
  tick(): Promise<void> {
    return createModelHandlers(this.services).tick();
  }

  /** Drops the models' databases, and closes connections. */
  async close(): Promise<void> {
    for (const reader of this.#readers) await reader.end();
    const { json } = await this.ask("GET /api/v1/businessmodels?limit=1000");
    for (const { id, name } of json["items"] as { id: string; name: string }[])
      await this.ask(`DELETE /api/v1/businessmodels/${id}?confirm=${encodeURIComponent(name)}`);
    await this.server.close();
  }
}

/** All rows of the tables, as text. */
export async function everything(reader: Connection): Promise<Record<string, unknown[]>> {
  const tables = ["documents", "document_values", "audit", "audit_changes", "deliveries"];
  const rows: Record<string, unknown[]> = {};
  for (const table of tables) {
    const [found] = await reader.query(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4`);
    rows[table] = structuredClone(found as unknown[]);
  }
  return rows;
}

import { randomBytes } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { openDatabase } from "../../engine/datasets/database.ts";
import { defineApp } from "../../engine/define/index.ts";
import { secret } from "../../engine/define/setting.ts";
import { type ModelServer, openModelServer } from "../../engine/models/database/server.ts";
import type { BusinessModel } from "../../engine/models/model.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { answer } from "../../functions/api/answer.ts";
import type { ApiResponse, Caller, Route } from "../../functions/api/http.ts";
import { routes } from "../../functions/api/index.ts";
import type { Services } from "../../functions/services.ts";
import { compileRoute, pathSegments } from "../../infra/local/host/http/route.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";
import { openModels } from "../unit/models/models-desk.ts";
import type { MemoryPorts } from "../unit/sync/memory-ports.ts";
import { type MysqlServer, mysqlServer } from "./mysql-server.ts";

/** A small .sql. */
export const SQL = `CREATE TABLE customers (
  id VARCHAR(64) NOT NULL PRIMARY KEY,
  email VARCHAR(254)
);
`;

export const OPERATOR: Caller = { name: "operator", roles: ["operator"] };
export const ANA: Caller = { name: "ana", roles: ["subscriber"] };
export const LUIS: Caller = { name: "luis", roles: ["subscriber"] };

/** How something is asked: a file goes as the field `file` of a form. */
export interface Said {
  /** Ana, unless it is said. */
  readonly as?: Caller;
  readonly json?: unknown;
  readonly file?: string | Uint8Array<ArrayBuffer>;
  /** The file's name. Default `sales.sql`. */
  readonly name?: string;
}

/** An answer with its body. */
export type Answered = ApiResponse & { readonly json: Record<string, unknown> };

/** The routes of business models on a real MySQL, with store and blobs in memory. */
export interface ModelsApi {
  readonly ports: MemoryPorts;
  readonly server: ModelServer;
  /** Why jobs do not run here. */
  jobsRefused: string | undefined;
  /** Asks for `GET businessmodels` and the like, as a caller whose token was found good. */
  ask(asked: string, said?: Said): Promise<Answered>;
  /** The id of a new model of Ana's. */
  made(name?: string): Promise<string>;
  models(): readonly BusinessModel[];
  model(id: string): BusinessModel | undefined;
}

/** Opens the routes for each test of a file, a subscriber may have two models; its databases go with the test. */
export function modelsApi(): ModelsApi {
  let mysql: MysqlServer;
  let services: Services;
  beforeAll(async () => {
    mysql = await mysqlServer();
  });
  afterAll(() => mysql?.stop());
  beforeEach(() => {
    const env = {
      CAUDAL_SECRETS_KEY: randomBytes(32).toString("base64"),
      MYSQL_URL: mysql.url,
      CAUDAL_MODELS_PER_SUBSCRIBER: "2",
    };
    const settings = createSettings(env, [secret("CAUDAL_SECRETS_KEY"), secret("MYSQL_URL")]);
    const server = openModelServer(settings);
    const { ports } = openModels();
    Object.assign(opened, { ports, server });
    api.jobsRefused = undefined;
    services = {
      ...NO_MODELS,
      app: defineApp({ documents: [], rules: [] }),
      ports,
      settings,
      models: server,
      get jobs() {
        return api.jobsRefused === undefined ? NO_MODELS.jobs : { refused: api.jobsRefused };
      },
      datasets: openDatabase(createSettings({}, [])),
      log: () => {},
      secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
      close: async () => {},
    };
  });
  afterEach(async () => {
    for (const model of api.models()) await api.server.drop(model);
    await api.server.close();
  });
  const opened: Pick<ModelsApi, "ports" | "server"> = Object.create(null);
  const api: ModelsApi = {
    get ports() {
      return opened.ports;
    },
    get server() {
      return opened.server;
    },
    jobsRefused: undefined,
    async ask(asked: string, { as = ANA, json, file, name = "sales.sql" }: Said = {}): Promise<Answered> {
      const [method = "", path = ""] = asked.split(" ");
      const url = new URL(`/api/v1/${path}`, "http://caudal.example");
      const [matching] = routes.flatMap((route) => {
        const params = compileRoute("", route.route)(pathSegments(url.pathname));
        return params && route.methods.some((known) => known === method) ? [{ route, params }] : [];
      });
      if (!matching) throw new Error(`no route ${asked}`);
      const { route, params } = matching;
      const form = new FormData();
      if (file !== undefined) form.set("file", new Blob([file]), name);
      const body = file === undefined ? JSON.stringify(json ?? {}) : form;
      const sent = new Request(url, { method: "POST", body });
      const bytes = new Uint8Array(await sent.arrayBuffer());
      const open: Route = {
        ...route,
        access: "open",
        handle: (request, given) => route.handle(request, given, as),
      };
      const request = {
        method,
        url,
        params,
        header: (header: string) =>
          header === "content-type" ? (sent.headers.get(header) ?? undefined) : undefined,
        body: async () => bytes,
        stream: async function* () {
          for (let from = 0; from < bytes.length; from += 10_000) yield bytes.subarray(from, from + 10_000);
        },
      };
      const answered = await answer(open, request, services);
      return { ...answered, json: (answered.json ?? {}) as Record<string, unknown> };
    },
    async made(name = "Sales") {
      const { json } = await api.ask("POST businessmodels", { json: { name } });
      return String(json["id"]);
    },
    models: () => (api.ports.items("control") as BusinessModel[]).filter(({ kind }) => kind === "model"),
    model: (id: string) => api.models().find(({ model }) => model === id),
  };
  return api;
}

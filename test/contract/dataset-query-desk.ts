import { defineApp } from "../../engine/define/index.ts";
import { createSettings } from "../../engine/settings/settings.ts";
import { answer } from "../../functions/api/answer.ts";
import type { Caller } from "../../functions/api/http.ts";
import { fallback, routes } from "../../functions/api/index.ts";
import type { Services } from "../../functions/services.ts";
import { compileRoute, pathSegments } from "../../infra/local/host/http/route.ts";
import { type MemoryPorts, memoryPorts } from "../unit/sync/memory-ports.ts";
import type { DatasetTables } from "./dataset-query-table.ts";
import { NO_MODELS } from "../unit/functions/no-models.ts";

/** What a route answered, read to its end. */
export interface DatasetAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Empty where the answer is JSON. */
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>>;
}

/** One host with datasets on a real server, and the rest of its ports in memory. */
export interface DatasetDesk {
  readonly ports: MemoryPorts;
  /** Gets a path as a caller: an operator, unless it says otherwise. */
  readonly get: (path: string, options?: { caller?: Caller; accept?: string }) => Promise<DatasetAnswer>;
}

const OPERATOR: Caller = { name: "operator", roles: ["operator", "auditor", "subscriber"] };

/** Opens a host, with nothing in its memory. */
export function openDatasetDesk(tables: DatasetTables): DatasetDesk {
  const ports = memoryPorts();
  const services: Services = {
    app: defineApp({ documents: [], rules: [] }),
    settings: createSettings({}, []),
    datasets: tables.database,
    log: () => {},
    ports,
    secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
    ...NO_MODELS,
    close: async () => {},
  };
  return {
    ports,
    get: async (path, { caller = OPERATOR, accept } = {}) => {
      const url = new URL(path, "http://caudal.example");
      const [found] = routes.flatMap((route) => {
        const params = compileRoute("", route.route)(pathSegments(url.pathname));
        return params && route.methods.includes("GET") ? [{ route, params }] : [];
      });
      const { route, params } = found ?? { route: fallback, params: {} };
      const request = {
        method: "GET",
        url,
        params,
        header: (name: string) => (name === "accept" ? accept : undefined),
        body: () => Promise.resolve(new Uint8Array()),
        stream: async function* () {},
      };
      // Who calls is the test's to say: no token is looked up.
      const as = { ...route, access: "open" as const };
      const handle: typeof route.handle = (asked, given) => route.handle(asked, given, caller);
      const { status, headers = {}, json, body } = await answer({ ...as, handle }, request, services);
      const chunks: Uint8Array[] = [];
      for await (const chunk of body ?? []) chunks.push(chunk);
      // As it goes over the wire.
      const wired = JSON.parse(JSON.stringify(json ?? {})) as DatasetAnswer["json"];
      return { status, headers, text: Buffer.concat(chunks).toString(), json: wired };
    },
  };
}

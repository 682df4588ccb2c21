import { openDatabase } from "../../../engine/datasets/database.ts";
import { type AppOptions, defineApp } from "../../../engine/define/index.ts";
import type { Ports } from "../../../engine/ports.ts";
import { createSettings } from "../../../engine/settings/settings.ts";
import { OPERATOR_TOKEN } from "../../../functions/api/access.ts";
import { answer } from "../../../functions/api/answer.ts";
import { fallback, routes } from "../../../functions/api/index.ts";
import type { Services } from "../../../functions/services.ts";
import { compileRoute, pathSegments } from "../../../infra/local/host/http/route.ts";
import { NO_MODELS } from "./no-models.ts";

/** The first operator's token of {@link openApi}. */
export const FIRST = "the-first-operator";

/** What a route answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Readonly<Record<string, unknown>>;
}

/** Asks for `GET /api/v1/…` and the like, as the first operator unless `token` says otherwise; `text` is a file as the body. */
export type Ask = (
  asked: string,
  options?: { json?: unknown; text?: string | Uint8Array; token?: string | undefined },
) => Promise<Answer>;

/** The HTTP surface of one host over these ports, without a host. */
export function openApi(
  ports: Ports,
  definitions: Partial<AppOptions> = {},
  env: Record<string, string> = { CAUDAL_OPERATOR_TOKEN: FIRST },
  more: Partial<Services> = {},
): Ask {
  const settings = createSettings(env, [OPERATOR_TOKEN]);
  const services: Services = {
    app: defineApp({ documents: [], rules: [], ...definitions }),
    settings,
    datasets: openDatabase(settings),
    log: () => {},
    // A store of its own for each host: hosts do not share what they remember.
    ports: { ...ports },
    secrets: { fresh: () => Promise.reject(new Error("not needed here")) },
    ...NO_MODELS,
    close: async () => {},
    ...more,
  };
  return async (asked, { json, text, token = FIRST } = {}) => {
    const [method = "", path = ""] = asked.split(" ");
    const url = new URL(path, "http://caudal.example");
    const matching = routes.flatMap((route) => {
      const params = compileRoute("", route.route)(pathSegments(url.pathname));
      return params && route.methods.some((known) => known === method) ? [{ route, params }] : [];
    });
    const { route, params } = matching[0] ?? { route: fallback, params: {} };
    const header = (name: string): string | undefined =>
      name === "authorization" && token !== "" ? `Bearer ${token}` : undefined;
    const sent = text ?? JSON.stringify(json ?? {});
    const body = async (): Promise<Uint8Array> =>
      typeof sent === "string" ? new TextEncoder().encode(sent) : sent;
    const stream = async function* (): AsyncGenerator<Uint8Array> {
      yield await body();
    };
    const answered = await answer(route, { method, url, params, header, body, stream }, services);
    // As it goes over the wire.
    return JSON.parse(JSON.stringify({ headers: {}, json: {}, ...answered })) as Answer;
  };
}

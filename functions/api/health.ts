import { disabledParts } from "../services.ts";
import type { Route } from "./http.ts";

/** How long the store may take to answer, in milliseconds. */
const PATIENCE_MS = 2_000;

/** Whether the app works: 200 when its store answers, 503 when not; `disabled` says which parts lack settings. */
export const readHealth: Route = {
  name: "api-health",
  methods: ["GET"],
  route: "api/v1/health",
  access: "open",
  async handle(_request, services) {
    const disabled = disabledParts(services.app, services.settings);
    const store = await answers(services.ports.documents.read("control", "health", "health"));
    const status = store ? (disabled.length > 0 ? "degraded" : "ok") : "down";
    return {
      status: store ? 200 : 503,
      headers: { "cache-control": "no-store" },
      json: { status, store: store ? "ok" : "unreachable", disabled },
    };
  },
};

async function answers(question: Promise<unknown>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, PATIENCE_MS, false);
  const answered = question.then(
    () => true,
    () => false,
  );
  const result = await Promise.race([answered, late]);
  clearTimeout(timer);
  return result;
}

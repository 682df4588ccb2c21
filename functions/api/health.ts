import { isTickLate, TICK_MS, tickAge } from "../../engine/models/schedule/heartbeat.ts";
import { disabledParts, type Services } from "../services.ts";
import type { Route } from "./http.ts";

/** How long the store may take to answer, in milliseconds. */
const PATIENCE_MS = 2_000;

/**
 * Whether the app works: 200 when its store answers, 503 when not; `disabled` says which parts lack settings, `late`
 * which timers stay away.
 */
export const readHealth: Route = {
  name: "api-health",
  methods: ["GET"],
  route: "api/v1/health",
  access: "open",
  async handle(_request, services) {
    const disabled = disabledParts(services.app, services.settings);
    const store = await answers(services.ports.documents.read("control", "health", "health"));
    const isOn = disabled.every(({ what }) => what !== "business models");
    const late = store && isOn ? await lateTimers(services) : [];
    const status = store ? (disabled.length + late.length > 0 ? "degraded" : "ok") : "down";
    return {
      status: store ? 200 : 503,
      headers: { "cache-control": "no-store" },
      json: { status, store: store ? "ok" : "unreachable", disabled, ...(late.length > 0 ? { late } : {}) },
    };
  },
};

/** Timers that did not tick for two periods, on whatever host; a host that has just begun gives them time. */
async function lateTimers({ ports }: Services): Promise<object[]> {
  if (process.uptime() * 1_000 < 2 * TICK_MS) return [];
  const sinceMs = await tickAge(ports).catch(() => 0);
  return isTickLate(sinceMs) ? [{ what: "schedule of business models", sinceMs }] : [];
}

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

import type { RestSystem } from "./rest-system.ts";

/** An event that was sent: a client's step, and when (milliseconds since 1970). */
export interface SentStep {
  readonly number: string;
  readonly step: number;
  readonly at: number;
}

/**
 * How long each event took from its sending until a system was asked for that step or a later one, in milliseconds.
 * Throws when one never got there.
 */
export function delaysTo(system: RestSystem, sent: readonly SentStep[]): number[] {
  const asked = Map.groupBy(system.seen, ({ id }) => id);
  return sent.map(({ number, step, at }) => {
    const there = (asked.get(number) ?? []).find(({ body }) => stepOf(body) >= step);
    if (!there) throw new Error(`step ${step} of ${number} did not arrive`);
    return Math.max(there.at - at, 0);
  });
}

function stepOf(body: unknown): number {
  const step = typeof body === "object" && body !== null && "step" in body ? body.step : undefined;
  return typeof step === "number" ? step : 0;
}

/** The value below which 95 of 100 lie. */
export function p95(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? Number.NaN;
}

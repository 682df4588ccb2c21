import { describe, expect, it } from "vitest";
import { afterEnd } from "../../../../engine/models/schedule/after-end.ts";
import { BETWEEN_RUNS, type EndedRun } from "../../../../engine/models/schedule/state.ts";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const NOW = Date.UTC(2026, 0, 5);
const iso = (ms: number): string => new Date(ms).toISOString();
const ended = (status: EndedRun["status"], more: Partial<EndedRun> = {}): EndedRun => ({
  id: "run-1",
  from: iso(NOW - MINUTE),
  to: iso(NOW),
  status,
  exitCode: null,
  rows: null,
  durationMs: 1,
  startedAt: iso(NOW),
  endedAt: iso(NOW),
  ...more,
});

describe("after the end of a run", () => {
  it("that succeeded, time is covered to its end, failures are forgotten, and nobody has the model", () => {
    const last = ended("succeeded");
    expect(afterEnd({ failures: 3 }, last, MINUTE, NOW)).toEqual({
      ...BETWEEN_RUNS,
      lastRun: last,
      finished: "run-1",
      coveredTo: last.to,
      failures: 0,
      retryAt: null,
    });
  });

  it.each([
    [0, DAY, 30_000],
    [1, DAY, 60_000],
    [2, DAY, 120_000],
    [3, DAY, 240_000],
    [1, MINUTE / 2, MINUTE / 2],
    [40, 30 * DAY, 60 * MINUTE],
  ])(
    "that failed after %i others, with a period of %i ms, it is tried again %i ms later",
    (failures, period, wait) => {
      const change = afterEnd({ failures }, ended("failed"), period, NOW);
      expect(change).toMatchObject({ failures: failures + 1, retryAt: iso(NOW + wait) });
      expect(change).not.toHaveProperty("coveredTo");
    },
  );

  it("that failed as the fifth in a row, the model is paused, with the reason", () => {
    expect(afterEnd({ failures: 3 }, ended("failed"), MINUTE, NOW)).not.toHaveProperty("paused");
    const failed = ended("failed", { reason: "it ended with exit code 3" });
    expect(afterEnd({ failures: 4 }, failed, MINUTE, NOW)).toMatchObject({
      paused: {
        reason: "its last 5 runs failed, the last one because it ended with exit code 3",
        at: iso(NOW),
      },
    });
  });

  it("that was cancelled, it counts as neither, and is due again after a period", () => {
    const change = afterEnd({ failures: 2 }, ended("cancelled"), DAY, NOW);
    expect(change).toMatchObject({ retryAt: iso(NOW + DAY) });
    expect(change).not.toHaveProperty("coveredTo");
    expect(change).not.toHaveProperty("failures");
  });

  it("that was lost, it counts as neither, and is due at once", () => {
    const change = afterEnd({ failures: 4 }, ended("failed", { lost: true }), DAY, NOW);
    expect(change).toMatchObject({ retryAt: iso(NOW) });
    expect(change).not.toHaveProperty("failures");
    expect(change).not.toHaveProperty("paused");
  });
});

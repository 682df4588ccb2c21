import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DAY_MS, windowAt } from "../../../../engine/models/schedule/window.ts";
import type { EndedRun } from "../../../../engine/models/schedule/state.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 0, 5);
const iso = (ms: number): string => new Date(ms).toISOString();
const lastRun = { id: "1" } as EndedRun;
const at = (coveredTo: number, more: object = {}) => ({
  coveredTo: iso(coveredTo),
  retryAt: null,
  lastRun,
  ...more,
});

describe("the next window of a model", () => {
  it("begins where the last one ended, ends now, and is due one period after that", () => {
    const early = windowAt(at(START), HOUR, START + HOUR - 1);
    expect(early).toMatchObject({ due: false, dueAt: START + HOUR, behind: { windows: 0, ms: 0 } });
    const due = windowAt(at(START), HOUR, START + HOUR);
    expect(due.window).toEqual({ from: iso(START), to: iso(START + HOUR) });
    expect(due).toMatchObject({ due: true, behind: { windows: 1, ms: HOUR } });
  });

  it("is due at once before the first run has ended, however short", () => {
    const first = at(START, { lastRun: null });
    expect(windowAt(first, HOUR, START + 1)).toMatchObject({
      due: true,
      window: { from: iso(START), to: iso(START + 1) },
    });
  });

  it("is never empty or backwards: a beginning that is not past has none", () => {
    const first = at(START, { lastRun: null });
    for (const now of [START, START - HOUR]) {
      expect(windowAt(first, HOUR, now)).toMatchObject({ due: false, window: undefined, dueAt: START + 1 });
    }
  });

  it("is a day at most, so that a model catches up in bounded steps, and says how many", () => {
    const behind = windowAt(at(START), HOUR, START + 3 * DAY_MS + HOUR);
    expect(behind.window).toEqual({ from: iso(START), to: iso(START + DAY_MS) });
    expect(behind.behind).toEqual({ windows: 4, ms: 3 * DAY_MS + HOUR });
  });

  it("is a period where that is longer than a day", () => {
    const behind = windowAt(at(START), 7 * DAY_MS, START + 10 * DAY_MS);
    expect(behind.window).toEqual({ from: iso(START), to: iso(START + 7 * DAY_MS) });
    expect(behind.behind.windows).toBe(2);
  });

  it("is due when it is to be tried again, sooner or later than its period", () => {
    const later = at(START, { retryAt: iso(START + 2 * HOUR) });
    expect(windowAt(later, HOUR, START + HOUR).due).toBe(false);
    expect(windowAt(later, HOUR, START + 2 * HOUR).due).toBe(true);
    const sooner = at(START, { retryAt: iso(START + 1) });
    expect(windowAt(sooner, HOUR, START + MINUTE)).toMatchObject({
      due: true,
      window: { to: iso(START + MINUTE) },
    });
  });

  it("leaves no gap and no overlap, whenever somebody looks", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 3 * DAY_MS }), { maxLength: 50 });
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 44_640 }), (waits, minutes) => {
        let [now, coveredTo] = [START, START];
        for (const wait of waits) {
          now += wait;
          const { window, due } = windowAt(at(coveredTo), minutes * MINUTE, now);
          if (!due || !window) continue;
          expect(window.from).toBe(iso(coveredTo));
          expect(Date.parse(window.to)).toBeGreaterThan(coveredTo);
          expect(Date.parse(window.to)).toBeLessThanOrEqual(now);
          coveredTo = Date.parse(window.to);
        }
      }),
    );
  });
});

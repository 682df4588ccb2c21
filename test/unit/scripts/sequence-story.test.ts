import { describe, expect, it } from "vitest";
import { stepsOf, tableOf } from "../../../scripts/etl-status/table.ts";
import type { RunView, StepView } from "../../../scripts/running/runs.ts";
import { endOf, newsOf } from "../../../scripts/sequence/story.ts";

const AT = "2026-03-01T03:00:00.000Z";
const step = (module: string, status: StepView["status"], more: Partial<StepView> = {}): StepView => ({
  module,
  status,
  attempt: 1,
  exitCode: status === "succeeded" ? 0 : null,
  log: "",
  ...more,
});
const run = (steps: readonly StepView[], more: Partial<RunView> = {}): RunView => ({
  id: "7f3a",
  name: "dummy_etl",
  status: "running",
  progress: { done: 1, total: 3, unit: "steps" },
  queuedAt: AT,
  startedAt: AT,
  endedAt: null,
  steps,
  ...more,
});

describe("what npm run sequence tells of a run", () => {
  it("is each step once, when it has ended", () => {
    const extracted = step("extract", "succeeded", {
      durationMs: 412,
      artifact: { path: "var/raw.csv", bytes: 1234 },
    });
    const before = run([extracted, step("load", "running")]);
    expect(newsOf(before, 0)).toEqual([
      "  ✓ extract                  succeeded, 0.4 s, var/raw.csv (1.2 KiB)",
    ]);
    expect(newsOf(before, 1)).toEqual([]);
    const after = run([extracted, step("load", "reused", { attempt: 2 })]);
    expect(newsOf(after, 1)).toEqual(["  = load                     reused, attempt 2"]);
  });

  it("has the end of a failed step's log", () => {
    const log = Array.from({ length: 25 }, (_, line) => `line ${line + 1}`).join("\n");
    const [told = ""] = newsOf(run([step("load", "failed", { exitCode: 3, log })]), 0);
    expect(told.split("\n").slice(0, 3)).toEqual([
      "  ✗ load                     failed, exit code 3",
      "      … 5 lines before that",
      "      line 6",
    ]);
    expect(told.endsWith("      line 25")).toBe(true);
  });

  it("says how it ended, and why", () => {
    const ended = run([], { status: "failed", error: "exit code 3", endedAt: "2026-03-01T03:01:05.000Z" });
    expect(endOf(ended)).toBe("dummy_etl failed in 1 min 5 s: exit code 3");
  });
});

describe("the table of npm run etl:status", () => {
  const now = Date.parse(AT) + 12_000;

  it("has a line for each run, with the step that it is at", () => {
    const [head, line] = tableOf(
      [run([step("extract", "succeeded"), step("load", "running", { attempt: 2 })])],
      now,
      200,
    );
    expect(head).toMatch(/^RUN +SEQUENCE +STATUS +DONE +FOR +STEP +STARTED \(UTC\) +ERROR$/);
    expect(line).toBe("7f3a  dummy_etl  running  1/3   12 s  load (attempt 2)  2026-03-01 03:00:00");
  });

  it("says how to begin where there is none", () => {
    expect(tableOf([], now, 80)).toEqual(["No sequence has run yet: npm run sequence -- NAME runs one."]);
  });

  it("never writes beyond the terminal's width, nor what would move its cursor", () => {
    const steps = [step("load", "failed", { log: "\u001b[2Jgone\u0007\n", exitCode: 1 })];
    const lines = [
      ...tableOf([run(steps, { error: "bad\nthing".repeat(20) })], now, 60),
      ...stepsOf(run(steps, { error: "bad".repeat(50) }), now, 60),
    ];
    expect(lines.filter((line) => line.length > 60)).toEqual([]);
    expect(lines.join("")).not.toMatch(/\p{Cc}/u);
  });
});
